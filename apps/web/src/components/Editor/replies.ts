import type { Reply } from '@trialogue/protocol/api';

import { listReplies } from '../../http/api.ts';

/** They may be changed on another page. */
const FRESH_MS = 60_000;

let kept: { at: number; list: Promise<readonly Reply[]> } | undefined;

/** The canned replies of the app and the agent's own. None where they cannot be had: one can always write. */
export function cannedReplies(): Promise<readonly Reply[]> {
  if (!kept || Date.now() - kept.at > FRESH_MS) {
    const list = listReplies().then(
      (answer) => answer.list,
      () => {
        kept = undefined;
        return [];
      },
    );
    kept = { at: Date.now(), list };
  }
  return kept.list;
}
