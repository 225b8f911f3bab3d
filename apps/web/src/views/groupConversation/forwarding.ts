import { id, type ClientMsgId, type DlgId, type FileId, type Payload, type UserId } from '@trialogue/protocol';

import { sendUp } from '../../components/Editor/media/sendUp.ts';
import { sendMsg } from '../../http/api.ts';
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
  for (const [field, keyField] of [
    ['fileId', 'key'],
    ['thumbId', 'thumbKey'],
  ] as const) {
    const { [field]: fileId, [keyField]: key } = next;
    delete next[keyField];
    if (typeof fileId !== 'string') continue;
    const bytes = await fetchFile(from, fileId as FileId, { key: typeof key === 'string' ? key : undefined });
    const name = 'name' in said && typeof said.name === 'string' ? said.name : field;
    const sent = await sendUp(to, bytes, name);
    next[field] = sent.fileId;
    if (sent.key !== undefined) next[keyField] = sent.key;
  }
  return next as Payload;
}
