import { after, contentOf, type Dialect, type Kind } from './dialect.ts';

/** Both servers are told to serve this host, and their rooms are below it. */
export const HOST = 'bench.test';
export const ROOMS = `rooms.${HOST}`;

/** The message's own id is written so by us; servers repeat it with quotes of their own choice. */
const ID_MARK = Buffer.from('bench-');
const OPEN = `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${HOST}" version="1.0"/>`;
const isFeatures = (text: string) => text.includes('features');

/** XMPP over WebSocket (RFC 7395): SASL, a room with its archive (XEP-0045, XEP-0313). */
export const xmpp = (mechanism: 'PLAIN' | 'ANONYMOUS', path: string) => (): Dialect => {
  let request = 1;
  return {
    path,
    protocol: 'xmpp',
    echoes: true,
    async join(talk, { userId, memberOf }) {
      talk.say(OPEN);
      await talk.hear(isFeatures);
      const login = Buffer.from(`\0${userId}\0secret`).toString('base64');
      talk.say(
        `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="${mechanism}">${mechanism === 'PLAIN' ? login : ''}</auth>`,
      );
      const answer = await talk.hear((text) => text.includes('<success') || text.includes('<failure'));
      if (answer.includes('<failure')) throw new Error(`to sign in was refused: ${answer}`);
      talk.say(OPEN);
      await talk.hear(isFeatures);
      talk.say('<iq xmlns="jabber:client" type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>');
      await talk.hear((text) => /id=['"]bind['"]/.test(text));
      for (const { groupId } of memberOf) {
        talk.say(
          `<presence xmlns="jabber:client" to="${groupId}@${ROOMS}/${userId}"><x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>`,
        );
        await talk.hear((text) => text.startsWith('<message') && text.includes('<subject'));
      }
    },
    writer(_, { groupId }, size) {
      const text = contentOf(size);
      return (id) =>
        `<message xmlns="jabber:client" type="groupchat" to="${groupId}@${ROOMS}" id="bench-${id}"><body>${text}</body></message>`;
    },
    askPage(_, limit, before = '') {
      const id = request++;
      return (
        `<iq xmlns="jabber:client" type="set" to="${_.groupId}@${ROOMS}" id="page-${id}"><query xmlns="urn:xmpp:mam:2">` +
        `<set xmlns="http://jabber.org/protocol/rsm"><max>${limit}</max><before>${before}</before></set></query></iq>`
      );
    },
    readPage(text) {
      const complete = /complete=['"]true['"]/.test(text);
      const first = /<first[^>]*>([^<]*)</.exec(text)?.[1];
      return { ids: [], ...(!complete && first !== undefined && { before: first }) };
    },
    kindOf(bytes, start, end): Kind {
      const head = bytes.toString('latin1', start, Math.min(end, start + 8));
      if (head.startsWith('<iq')) return bytes.subarray(start, end).includes('<fin') ? 'page' : 'other';
      if (!head.startsWith('<message')) return 'other';
      const frame = bytes.subarray(start, end);
      if (!frame.includes(ID_MARK) || frame.includes("urn:xmpp:mam:2'") || frame.includes('<result')) return 'other';
      return frame.includes('<body') ? 'delivery' : 'other';
    },
    idAt: (bytes, start) => after(bytes, start, ID_MARK),
    pong: ' ',
  };
};
