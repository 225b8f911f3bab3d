import { describe, expect, it } from 'vitest';

import { dialects } from './dialects/index.ts';
import { envelopesOf } from './envelopes.ts';
import { ID_LENGTH, messageId, readMessageId } from './messageId.ts';
import { maskedFrame } from './rawSocket.ts';

const named = { dueAt: 86_400_123.456, group: 499, nth: 12_345 };
const seat = {
  userId: 'ada',
  token: 't',
  memberOf: [{ group: 499, groupId: 'dlg-1', sends: true }],
};
const [place] = seat.memberOf as [(typeof seat.memberOf)[number]];

describe('a message id', () => {
  it('tells whoever hears the message when it was due, where, and which one it is', () => {
    const id = messageId(named);
    expect(id).toHaveLength(ID_LENGTH);
    expect(readMessageId(Buffer.from(`…${id}`, 'latin1'), 1)).toEqual(named);
  });

  it('sorts by time, as databases like it', () => {
    const later = messageId({ ...named, dueAt: named.dueAt + 1 });
    expect(messageId(named) < later).toBe(true);
  });
});

describe('sealed contents', () => {
  it('are of one length whatever the id, and no shorter than asked', () => {
    const envelope = envelopesOf({ dlgId: 'dlg-1', userId: 'ada' }, 300);
    const [one, other] = [messageId(named), messageId({ ...named, nth: 7 })].map(envelope);
    expect(one).toHaveLength(other?.length ?? 0);
    expect(one).not.toBe(other);
    expect(one?.length).toBeGreaterThanOrEqual(300);
    expect(one?.length).toBeLessThan(350);
  });
});

describe('what is heard', () => {
  const id = messageId(named);
  const heard = {
    trialogue: {
      delivery: `{"op":"message","dlgId":"d","seq":1,"msgId":"m","clientMsgId":"${id}","content":"x"}`,
      ack: `{"op":"ack","dlgId":"d","clientMsgId":"${id}","seq":1}`,
      refusal: `{"op":"nack","clientMsgId":"${id}","error":"rate.limited"}`,
      page: '{"op":"page","id":1,"list":[]}',
      ping: '{"op":"ping","heads":{}}',
      other: '{"op":"presence","dlgId":"d"}',
    },
    socketio: {
      delivery: `42["message",{"id":"${id}","group":"g"}]`,
      ack: `4312[{"id":"${id}","seq":1}]`,
      page: '4312[{"list":[],"more":false}]',
      ping: '2',
      other: '40{"sid":"x"}',
    },
    bare: { delivery: `m0001${id}text`, ack: `a0001${id}` },
    prosody: {
      delivery: `<message id='bench-${id}' from='r@rooms/u'><body>x</body></message>`,
      page: "<iq id='page-1'><fin complete='true'/></iq>",
      other: '<presence/>',
    },
  } as const;

  it.each(Object.entries(heard))('is told apart: %s', (name, frames) => {
    const dialect = dialects[name as keyof typeof heard]();
    for (const [kind, text] of Object.entries(frames)) {
      // As it lies in what was read: not at its beginning.
      const bytes = Buffer.from(`\u0081~${text}`, 'latin1');
      expect(dialect.kindOf(bytes, 2, bytes.length), text).toBe(kind);
      if (kind === 'delivery' || kind === 'ack') {
        expect(readMessageId(bytes, dialect.idAt(bytes, 2)), text).toEqual(named);
      }
    }
  });

  it('is sent so that the id can be found again', () => {
    for (const [name, make] of Object.entries(dialects)) {
      expect(make().writer(seat, place, 300)(id), name).toContain(id);
    }
  });

  it('reads pages until there is none before', () => {
    const { readPage } = dialects.trialogue();
    const list = [
      { seq: 41, clientMsgId: 'a' },
      { seq: 42, clientMsgId: 'b' },
    ];
    expect(readPage(JSON.stringify({ op: 'page', list, hasMore: true }))).toEqual({ ids: ['a', 'b'], before: '41' });
    expect(readPage(JSON.stringify({ op: 'page', list, hasMore: false }))).toEqual({ ids: ['a', 'b'] });
  });
});

describe('a frame of a client', () => {
  it.each([0, 125, 126, 65_535, 65_536])('is masked and has its length: %d bytes', (length) => {
    const text = 'x'.repeat(length);
    const frame = maskedFrame(1, text);
    const header = frame.length - length - 4;
    expect(header).toBe(length < 126 ? 2 : length < 65_536 ? 4 : 10);
    const mask = frame.subarray(header, header + 4);
    const payload = frame.subarray(header + 4).map((byte, at) => byte ^ (mask[at & 3] ?? 0));
    expect(Buffer.from(payload).toString()).toBe(text);
  });
});
