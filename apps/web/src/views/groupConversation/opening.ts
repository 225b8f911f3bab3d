import { SYSTEM, readPayload, type DlgId, type Message } from '@trialogue/protocol';

import { imApp } from '../../lib/im.ts';
import { keyOf, type Line, type Said } from './timeline.ts';

/** Opens a stored message. Total: one that cannot be opened says so, and never stops those after it. */
export function openLine(message: Message, dlgId: DlgId, dlgKey: string): Line {
  let said: Said;
  try {
    said = readPayload(imApp.decrypt(message.content, dlgId, dlgKey));
  } catch {
    said = { type: 'unopened', sealed: message };
  }
  return lineOf(message, said);
}

/** Only the server may say what a `system` payload says: in its own name, or in place of what was recalled. */
export function lineOf({ seq, clientMsgId, fromuid, sentAt, recalledAt }: Message, said: Said): Line {
  const isForged = said.type === 'system' && fromuid !== SYSTEM && recalledAt === undefined;
  return {
    key: keyOf(fromuid, clientMsgId),
    seq,
    clientMsgId,
    fromuid,
    said: isForged ? { type: 'unknown', was: 'system' } : said,
    sentAt,
    recalled: recalledAt !== undefined,
    state: 'sent',
  };
}
