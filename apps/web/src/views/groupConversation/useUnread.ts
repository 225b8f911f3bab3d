import type { DlgId } from '@trialogue/protocol';
import { onScopeDispose } from 'vue';

import { getDlgPage } from '../../http/api.ts';
import type { Host } from '../../lib/host.ts';

const AT_MOST_EVERY_MS = 1_000;
const LISTED = 100;

/** Tells the embedding page how many messages wait in the conversations that are not open here. */
export function useUnread(host: Host, openDlgId: () => DlgId | undefined) {
  const said = new Map<DlgId, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function look(): Promise<void> {
    timer = undefined;
    try {
      const { list } = await getDlgPage({ size: LISTED }, { keepSession: true });
      for (const { dlgId, unread } of list) {
        if (dlgId === openDlgId() || said.get(dlgId) === unread) continue;
        said.set(dlgId, unread);
        host.say({ action: 'unread', payload: { dlgId, unread } });
      }
    } catch {
      // Only a number beside a name: the next message brings it up to date.
    }
  }
  function reset(): void {
    clearTimeout(timer);
    timer = undefined;
    said.clear();
  }
  onScopeDispose(reset);
  return { reset, tell: () => void (timer ??= setTimeout(() => void look(), AT_MOST_EVERY_MS)) };
}
