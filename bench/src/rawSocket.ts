import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const CONTINUED = 0;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;

/**
 * The least WebSocket client that can put load on a server: text frames only, frames handed on as bytes, nothing
 * parsed, all that one turn sends in one write.
 */
export class RawSocket {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #unsent: Buffer[] = [];
  onText: (text: Buffer) => void = () => {};
  onEnd: (why: string) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static open(url: URL): Promise<RawSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname);
      socket.setNoDelay(true);
      const raw = new RawSocket(socket);
      let answer = Buffer.alloc(0);
      const onAnswer = (chunk: Buffer) => {
        answer = Buffer.concat([answer, chunk]);
        const end = answer.indexOf('\r\n\r\n');
        if (end === -1) return;
        if (!answer.toString('latin1').startsWith('HTTP/1.1 101 ')) {
          return reject(new Error(`the handshake was refused: ${answer.toString('latin1', 0, 40)}`));
        }
        socket.off('data', onAnswer);
        socket.on('data', (more: Buffer) => raw.#take(more));
        resolve(raw);
        // What came behind the handshake is for the listener that the caller sets now.
        queueMicrotask(() => raw.#take(answer.subarray(end + 4)));
      };
      socket.on('data', onAnswer);
      socket.on('error', reject);
      socket.on('close', () => raw.onEnd('lost'));
      socket.write(
        [
          `GET ${url.pathname} HTTP/1.1`,
          `Host: ${url.host}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
          '\r\n',
        ].join('\r\n'),
      );
    });
  }

  send(text: string): void {
    if (this.#unsent.length === 0) setImmediate(() => this.#flush());
    this.#unsent.push(maskedFrame(text));
  }

  end(): void {
    this.onEnd = () => {};
    this.#socket.destroy();
  }

  #flush(): void {
    const bytes = this.#unsent.length === 1 ? this.#unsent[0] : Buffer.concat(this.#unsent);
    this.#unsent = [];
    if (bytes && this.#socket.writable) this.#socket.write(bytes);
  }

  #take(chunk: Buffer): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (;;) {
      const frame = readFrame(bytes);
      if (!frame) break;
      bytes = bytes.subarray(frame.end);
      if (frame.opcode === TEXT) this.onText(frame.payload);
      else if (frame.opcode === CLOSE) {
        const code = frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 0;
        this.onEnd(`${code} ${frame.payload.toString('utf8', 2)}`);
      } else if (frame.opcode === CONTINUED || frame.opcode === PING) this.onEnd('a frame that our server never sends');
    }
    this.#rest = bytes;
  }
}

function readFrame(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  let length = second & 0x7f;
  let start = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    start = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    start = 10;
  }
  const end = start + length;
  return bytes.length < end ? undefined : { opcode: first & 0x0f, payload: bytes.subarray(start, end), end };
}

const MASK = [0x37, 0xfa, 0x21, 0x3d] as const;

function maskedFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const bytes = Buffer.allocUnsafe(start + length);
  bytes[0] = 0x80 | TEXT;
  if (start === 6) bytes[1] = 0x80 | length;
  else if (start === 8) {
    bytes[1] = 0x80 | 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 0x80 | 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  for (let at = 0; at < 4; at++) bytes[start - 4 + at] = MASK[at & 3] ?? 0;
  bytes.write(text, start);
  for (let at = 0; at < length; at++) bytes[start + at] = (bytes[start + at] ?? 0) ^ (MASK[at & 3] ?? 0);
  return bytes;
}
