import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

import { now } from '../clock.ts';

const CONTINUED = 0;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** A text frame lies in `bytes` from `start` to `end`, until the listener returns. */
export type OnText = (bytes: Buffer, start: number, end: number, at: number) => void;

/** All sockets are read into the same memory: what is read is looked at before the next read. */
const memory = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * The least WebSocket client that can put load on a server: text frames only, handed on as bytes where they were read,
 * nothing parsed, all that one turn sends in one write.
 */
export class RawSocket {
  readonly #socket: Socket;
  #rest: Buffer | undefined;
  #unsent: Buffer[] = [];
  #heard: (bytes: Buffer, end: number) => void = () => {};
  onText: OnText = () => {};
  onEnd: (why: string) => void = () => {};

  private constructor(port: number, host: string) {
    this.#socket = connect({
      port,
      host,
      onread: {
        buffer: memory,
        callback: (length) => {
          this.#heard(memory, length);
          return true;
        },
      },
    });
    this.#socket.setNoDelay(true);
  }

  static open(url: URL, protocol?: string): Promise<RawSocket> {
    return new Promise((resolve, reject) => {
      const raw = new RawSocket(Number(url.port), url.hostname);
      const socket = raw.#socket;
      let answer = Buffer.alloc(0);
      raw.#heard = (bytes, length) => {
        answer = Buffer.concat([answer, bytes.subarray(0, length)]);
        const end = answer.indexOf('\r\n\r\n');
        if (end === -1) return;
        if (!answer.toString('latin1').startsWith('HTTP/1.1 101 ')) {
          socket.destroy();
          return reject(new Error(`the handshake was refused: ${answer.toString('latin1', 0, 40)}`));
        }
        // What came behind the handshake is for the listener that the caller sets now, as is what comes before it does.
        let early = answer.subarray(end + 4);
        raw.#heard = (bytes, length) => void (early = Buffer.concat([early, bytes.subarray(0, length)]));
        resolve(raw);
        setImmediate(() => {
          raw.#heard = (bytes, length) => raw.#take(bytes, length);
          raw.#take(early, early.length);
        });
      };
      socket.on('error', (error) => {
        reject(error);
        raw.onEnd(error.message);
      });
      socket.on('close', () => {
        reject(new Error('closed during the handshake'));
        raw.onEnd('lost');
      });
      socket.write(
        [
          `GET ${url.pathname}${url.search} HTTP/1.1`,
          `Host: ${url.host}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
          '\r\n',
        ].join('\r\n'),
      );
    });
  }

  send(text: string): void {
    this.#write(maskedFrame(TEXT, text));
  }

  /** Reads no more, as somebody whose network has stalled. */
  pause(): void {
    this.#socket.pause();
  }

  end(): void {
    this.onEnd = () => {};
    this.#socket.destroy();
  }

  #write(frame: Buffer): void {
    if (this.#unsent.length === 0) setImmediate(() => this.#flush());
    this.#unsent.push(frame);
  }

  #flush(): void {
    const bytes = this.#unsent.length === 1 ? this.#unsent[0] : Buffer.concat(this.#unsent);
    this.#unsent = [];
    if (bytes && this.#socket.writable) this.#socket.write(bytes);
  }

  #take(read: Buffer, length: number): void {
    const at = now();
    let bytes = read;
    let end = length;
    if (this.#rest) {
      bytes = Buffer.concat([this.#rest, read.subarray(0, length)]);
      end = bytes.length;
      this.#rest = undefined;
    }
    let start = 0;
    while (end - start >= 2) {
      const second = (bytes[start + 1] ?? 0) & 0x7f;
      let payload = start + 2;
      let size = second;
      if (second === 126) {
        if (end - start < 4) break;
        size = bytes.readUInt16BE(start + 2);
        payload = start + 4;
      } else if (second === 127) {
        if (end - start < 10) break;
        size = Number(bytes.readBigUInt64BE(start + 2));
        payload = start + 10;
      }
      const next = payload + size;
      if (next > end) break;
      const opcode = (bytes[start] ?? 0) & 0x0f;
      if (opcode === TEXT) this.onText(bytes, payload, next, at);
      else this.#control(opcode, bytes.toString('latin1', payload, next));
      start = next;
    }
    if (start < end) this.#rest = Buffer.from(bytes.subarray(start, end));
  }

  #control(opcode: number, payload: string): void {
    if (opcode === PING) this.#write(maskedFrame(PONG, payload));
    else if (opcode === CLOSE) {
      const code = payload.length >= 2 ? Buffer.from(payload, 'latin1').readUInt16BE(0) : 0;
      this.onEnd(`closed with ${code} ${payload.slice(2)}`);
    } else if (opcode === CONTINUED) this.onEnd('a frame in pieces, which no side here sends');
  }
}

const MASK = [0x37, 0xfa, 0x21, 0x3d] as const;

export function maskedFrame(opcode: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const bytes = Buffer.allocUnsafe(start + length);
  bytes[0] = 0x80 | opcode;
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
