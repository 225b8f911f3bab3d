import type { ServerFrame } from '@trialogue/protocol';

import { envelopesOf } from '../envelopes.ts';
import { after, type Dialect, type Kind } from './dialect.ts';

const ID_KEY = Buffer.from('"clientMsgId":"');
const OP_AT = '{"op":"'.length;
const [A, M, N, P, I, G] = ['a', 'm', 'n', 'p', 'i', 'g'].map((letter) => letter.charCodeAt(0));

type Said<Op extends ServerFrame['op']> = Extract<ServerFrame, { op: Op }>;

export function trialogue(): Dialect {
  let request = 1;
  return {
    path: '/ws',
    protocol: 'trialogue.v1',
    async join(talk, { token, userId, memberOf }) {
      await talk.hear(is('hello'));
      talk.say(JSON.stringify({ op: 'bind', token, uid: userId }));
      await talk.hear(is('bound'));
      for (const { groupId } of memberOf) {
        talk.say(JSON.stringify({ op: 'open', id: request++, dlgId: groupId }));
        const answer = await talk.hear((text) => is('opened')(text) || is('refused')(text));
        if (is('refused')(answer)) throw new Error(`to open a conversation was refused: ${answer}`);
      }
    },
    writer({ userId }, { groupId }, size) {
      const envelope = envelopesOf({ dlgId: groupId, userId }, size);
      return (id) => `{"op":"send","dlgId":"${groupId}","clientMsgId":"${id}","content":"${envelope(id)}"}`;
    },
    askPage: ({ groupId }, limit, before) =>
      JSON.stringify({
        op: 'history',
        id: request++ % 2 ** 31,
        dlgId: groupId,
        limit,
        ...(before !== undefined && { before: Number(before) }),
      }),
    readPage(text) {
      const { list, hasMore } = JSON.parse(text) as Said<'page'>;
      const ids = list.map(({ clientMsgId }) => clientMsgId);
      return { ids, ...(hasMore && list[0] && { before: String(list[0].seq) }) };
    },
    kindOf(bytes, start): Kind {
      switch (bytes[start + OP_AT]) {
        case M:
          return 'delivery';
        case A:
          return 'ack';
        case N:
          return 'refusal';
        case P:
          // ping, page and presence
          if (bytes[start + OP_AT + 1] === I) return 'ping';
          return bytes[start + OP_AT + 2] === G ? 'page' : 'other';
        default:
          return 'other';
      }
    },
    idAt: (bytes, start) => after(bytes, start, ID_KEY),
    pong: '{"op":"pong"}',
  };
}

const is =
  (op: ServerFrame['op']) =>
  (text: string): boolean =>
    text.startsWith(`{"op":"${op}"`);
