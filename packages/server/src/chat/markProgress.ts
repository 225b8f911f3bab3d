import type { DlgId, Seq } from '@trialogue/protocol';

import type { Actor, Bus, Store, Warn } from './ports.ts';
import { tell } from './tell.ts';

/**
 * Raises the marks of the actor, and tells the others when that changed anything.
 *
 * @throws {Refused} conversation.not_member
 */
export const markProgress =
  (at: { store: Store; bus: Bus; warn: Warn }) =>
  async (
    actor: Actor,
    dlgId: DlgId,
    marks: { deliveredSeq?: Seq; readSeq?: Seq },
  ): Promise<{ deliveredSeq: Seq; readSeq: Seq }> => {
    const { changed, deliveredSeq, readSeq } = await at.store.raiseMarks(actor, dlgId, marks);
    const { appId, userId } = actor;
    if (changed) tell(at, { kind: 'receipt', appId, dlgId, userId, deliveredSeq, readSeq });
    return { deliveredSeq, readSeq };
  };
