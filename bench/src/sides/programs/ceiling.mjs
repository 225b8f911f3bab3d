// The most that Node can do with sockets: no protocol above WebSocket, nothing parsed but a letter, nothing kept, one buffer
// for all. WRITES is `each` (a write for each socket and message) or `turn` (one for each socket and turn of the event loop).

import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

const { WRITES, PORT } = process.env;
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [J, M] = ['j', 'm'].map((letter) => letter.charCodeAt(0));
const ID_END = 1 + 4 + 24;

const groups = new Map();

const frameOf = (payload) => {
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
};
const joined = frameOf(Buffer.from('k'));

const queues = new Map();
function flush() {
  for (const [socket, frames] of queues) socket.write(frames.length === 1 ? frames[0] : Buffer.concat(frames));
  queues.clear();
}
const write =
  WRITES === 'each'
    ? (socket, frame) => socket.write(frame)
    : (socket, frame) => {
        if (queues.size === 0) setImmediate(flush);
        const queue = queues.get(socket);
        if (queue) queue.push(frame);
        else queues.set(socket, [frame]);
      };

function take(socket, payload) {
  const group = payload.toString('latin1', 1, 5);
  if (payload[0] === J) {
    groups.set(group, [...(groups.get(group) ?? []), socket]);
    write(socket, joined);
  } else if (payload[0] === M) {
    const frame = frameOf(payload);
    for (const member of groups.get(group) ?? []) if (member !== socket) write(member, frame);
    const ack = Buffer.from(payload.subarray(0, ID_END));
    ack[0] = 'a'.charCodeAt(0);
    write(socket, frameOf(ack));
  }
}

/** Clients mask. */
function readFrames(socket, bytes) {
  let at = 0;
  while (bytes.length - at >= 6) {
    let length = bytes[at + 1] & 127;
    let mask = at + 2;
    if (length === 126) {
      length = bytes.readUInt16BE(at + 2);
      mask = at + 4;
    }
    const start = mask + 4;
    if (bytes.length < start + length) break;
    const payload = Buffer.allocUnsafe(length);
    for (let each = 0; each < length; each++) payload[each] = bytes[start + each] ^ bytes[mask + (each & 3)];
    take(socket, payload);
    at = start + length;
  }
  return bytes.subarray(at);
}

const server = createServer({ noDelay: true }, (socket) => {
  let rest = Buffer.alloc(0);
  let isOpen = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    for (const [group, members] of groups) {
      const left = members.filter((member) => member !== socket);
      if (left.length < members.length) groups.set(group, left);
    }
  });
  socket.on('data', (chunk) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    if (!isOpen) {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) return;
      const [, key] = /^Sec-WebSocket-Key: (.*)$/im.exec(rest.toString('latin1', 0, end).replaceAll('\r', ''));
      const accept = createHash('sha1')
        .update(key + GUID)
        .digest('base64');
      const answer = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
      socket.write([...answer, `Sec-WebSocket-Accept: ${accept}`, '\r\n'].join('\r\n'));
      isOpen = true;
      rest = rest.subarray(end + 4);
    }
    rest = readFrames(socket, rest);
  });
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
process.once('SIGTERM', () => process.exit(0));
