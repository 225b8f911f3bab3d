import type { DlgId, UserId } from '@trialogue/protocol';
import { onScopeDispose, provide, shallowRef, type Ref } from 'vue';

import { conversationMediaKey } from '../../components/ChatList/bodies/media/conversationMedia.ts';
import type { Entry } from '../../components/ChatList/rows.ts';
import { forgetFiles } from '../../lib/files.ts';
import { onIm } from '../../lib/useIm.ts';

/** What pictures and voices share in one conversation. Gives the key of the picture that is shown large. */
export function useMedia(dlgId: DlgId, me: UserId, entries: Readonly<Ref<readonly Entry[]>>) {
  const shown = shallowRef<string>();
  const left = new Set<() => void>();
  provide(conversationMediaKey, {
    dlgId,
    me,
    entries: () => entries.value,
    show: (key) => (shown.value = key),
    onLeave: (stop) => left.add(stop),
  });
  onIm('message', ({ dlgId: where, payload }) => {
    const said = payload as { type?: unknown; event?: unknown } | undefined;
    if (where === dlgId && said?.type === 'system' && said.event === 'recalled') forgetFiles(dlgId);
  });
  onScopeDispose(() => left.forEach((stop) => stop()));
  return { shown };
}
