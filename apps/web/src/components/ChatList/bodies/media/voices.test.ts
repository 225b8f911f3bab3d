import { id, type ClientMsgId, type DlgId, type FileId, type Seq, type UserId } from '@trialogue/protocol';
import { expect, test } from 'vitest';

import type { Entry } from '../../rows.ts';
import type { ConversationMedia } from './conversationMedia.ts';
import { markHeard } from './heard.ts';
import { nextUnheard } from './voices.ts';

const [me, bo] = [id<UserId>('ada'), id<UserId>('bo')];
const dlgId = id<DlgId>('voices');
const fileId = id<FileId>('spoken');
const spoken = (seq: Seq, fromuid = bo, more: Partial<Entry> = {}): Entry => ({
  key: `${fromuid} ${seq}`,
  seq,
  clientMsgId: id<ClientMsgId>(`m${seq}`),
  fromuid,
  said: { type: 'voice', fileId, mime: 'audio/mp4', size: 1, seconds: 3 },
  sentAt: seq,
  recalled: false,
  state: 'sent',
  ...more,
});
const media = (...entries: Entry[]): ConversationMedia => ({
  dlgId,
  me,
  entries: () => entries,
  show: () => undefined,
  onLeave: () => undefined,
});

test('client.md §4.2: after one voice message the next one plays that somebody else said and nobody here has heard', () => {
  markHeard(me, dlgId, 4);
  const all = media(
    spoken(1),
    spoken(2, me),
    spoken(3, bo, { said: { type: 'text', text: 'words' } }),
    spoken(4),
    spoken(5, bo, { recalled: true }),
    spoken(6),
  );
  expect(nextUnheard(all, 1)?.seq).toBe(6);
  expect(nextUnheard(all, 6)).toBeUndefined();
  expect(nextUnheard(all, undefined)).toBeUndefined();
});
