import { id, type ClientMsgId, type DlgId, type FileId, type Payload, type UserId } from '@trialogue/protocol';

import { sendMsg, uploadFile } from '../../http/api.ts';
import { fetchFile } from '../../lib/files.ts';
import { imApp } from '../../lib/im.ts';

/**
 * What is said again in another conversation. What only means something where it was said stays there: whom it answers
 * and names, which question it was chosen from, and by what name the platform changes the card.
 */
function withoutItsPlace(said: Payload): Payload {
  const { quote: _, mentions: __, chosenFrom: ___, ref: ____, ...kept } = said as Payload & Record<string, unknown>;
  return kept as Payload;
}

/** Copies a message into another conversation: its files first, for they belong to where they were sent. */
export async function forward(
  said: Payload,
  from: { me: UserId; dlgId: DlgId },
  to: { dlgId: DlgId; dlgKey: string },
): Promise<void> {
  const copy = await withCopiedFiles(withoutItsPlace(said), from.dlgId, to.dlgId);
  const clientMsgId = id<ClientMsgId>(imApp.newClientMsgId());
  const content = imApp.encrypt(JSON.stringify(copy), { ...to, fromuid: from.me, clientMsgId });
  await sendMsg(to.dlgId, { clientMsgId, content });
}

async function withCopiedFiles(said: Payload, from: DlgId, to: DlgId): Promise<Payload> {
  const next: Record<string, unknown> = { ...said };
  for (const field of ['fileId', 'thumbId']) {
    const fileId = next[field];
    if (typeof fileId !== 'string') continue;
    const bytes = await fetchFile(from, fileId as FileId);
    const name = 'name' in said && typeof said.name === 'string' ? said.name : field;
    next[field] = (await uploadFile(to, bytes, name)).fileId;
  }
  return next as Payload;
}
