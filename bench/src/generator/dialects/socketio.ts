import { after, contentOf, type Dialect } from './dialect.ts';

const ID_KEY = Buffer.from('"id":"');
/** Of Engine.IO: ping; a message, and in it of Socket.IO: an event, an ack. */
const [PING, MESSAGE, EVENT, ACK] = ['2', '4', '2', '3'].map((digit) => digit.charCodeAt(0));
const BRACKET = '['.charCodeAt(0);

/** Socket.IO's own protocol (Engine.IO 4 over WebSocket), with the events of programs/socketio.mjs. */
export function socketio(): Dialect {
  let request = 1;
  return {
    path: '/socket.io/?EIO=4&transport=websocket',
    async join(talk, { token, memberOf }) {
      await talk.hear((text) => text.startsWith('0{'));
      talk.say(`40${JSON.stringify({ token })}`);
      const answer = await talk.hear((text) => text.startsWith('40') || text.startsWith('44'));
      if (answer.startsWith('44')) throw new Error(`to connect was refused: ${answer}`);
      for (const { groupId } of memberOf) {
        const id = request++;
        talk.say(`42${id}["join","${groupId}"]`);
        await talk.hear((text) => text.startsWith(`43${id}[`));
      }
    },
    writer(_, { groupId }, size) {
      const text = contentOf(size);
      return (id) => `42${request++}["message",{"group":"${groupId}","id":"${id}","text":"${text}"}]`;
    },
    askPage: ({ groupId }, limit, before) =>
      `42${request++}["history",${JSON.stringify({ group: groupId, limit, before: before ?? null })}]`,
    readPage(text) {
      const [page] = JSON.parse(text.slice(text.indexOf('['))) as [
        { list: { seq: number; id: string }[]; more: boolean },
      ];
      const ids = page.list.map(({ id }) => id);
      return { ids, ...(page.more && page.list[0] && { before: String(page.list[0].seq) }) };
    },
    kindOf(bytes, start, end) {
      if (bytes[start] === PING) return 'ping';
      if (bytes[start] !== MESSAGE) return 'other';
      if (bytes[start + 1] === EVENT) return 'delivery';
      if (bytes[start + 1] !== ACK) return 'other';
      // An ack answers a message with `[{"id":"…`, and history with `[{"list":…`.
      let at = start + 2;
      while (bytes[at] !== BRACKET && at < end) at++;
      return bytes[at + 3] === ID_KEY[1] ? 'ack' : 'page';
    },
    idAt: (bytes, start) => after(bytes, start, ID_KEY),
    pong: '3',
  };
}
