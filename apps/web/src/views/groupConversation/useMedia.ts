import type { DlgId, UserId } from '@trialogue/protocol';
import { onScopeDispose, provide, shallowRef, watch, type Ref } from 'vue';

import { conversationMediaKey } from '../../components/ChatList/bodies/media/conversationMedia.ts';
import type { Entry } from '../../components/ChatList/rows.ts';
import { forgetFiles } from '../../lib/files.ts';
import type { Timeline } from './timeline.ts';

/** What pictures and voices share in one conversation. Gives the key of the picture that is shown large. */
export function useMedia(
  dlgId: DlgId,
  me: UserId,
  entries: Readonly<Ref<readonly Entry[]>>,
  timeline: Readonly<Ref<Timeline>>,
) {
  const shown = shallowRef<string>();
  const left = new Set<() => void>();
  provide(conversationMediaKey, {
    dlgId,
    me,
    entries: () => entries.value,
    show: (key) => (shown.value = key),
    onLeave: (stop) => left.add(stop),
  });
  // Whether it was heard as it happened, or read later, after a time without a connection.
  watch(timeline, ({ run }, { next = Infinity }) => {
    for (let at = run.length - 1; at >= 0; at--) {
      const { seq, said } = run[at]!;
      if (seq < next) return;
      if (said.type === 'system' && said.event === 'recalled') return forgetFiles(dlgId);
    }
  });
  onScopeDispose(() => left.forEach((stop) => stop()));
  return { shown };
}
