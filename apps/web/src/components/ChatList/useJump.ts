import type { Seq } from '@trialogue/protocol';
import { ref, shallowRef } from 'vue';

import { patiently } from '../../lib/later.ts';
import type { Ground, Place, createJumping } from './jumping.ts';

/** Going to a message and back again. How it is done is fetched when somebody does it. */
export function useJump(ground: Omit<Ground, 'leftAt' | 'wanted' | 'litKey'>) {
  const leftAt = shallowRef<Place>();
  const wanted = shallowRef<Place>();
  const litKey = ref('');
  let fetched: Promise<ReturnType<typeof createJumping>> | undefined;
  const jumping = () =>
    (fetched ??= patiently(() => import('./jumping.ts')).then((way) =>
      way.createJumping({ ...ground, leftAt, wanted, litKey }),
    ));

  return {
    leftAt,
    wanted,
    litKey,
    jump: (seq: Seq) => void jumping().then((way) => way.jump(seq)),
    show: (seq: Seq) => jumping().then((way) => way.show(seq)),
    /** Back to where one was before the first jump, if there was one. */
    back(): Promise<void> | undefined {
      const place = leftAt.value;
      leftAt.value = undefined;
      return place && jumping().then((way) => way.goTo(place));
    },
  };
}
