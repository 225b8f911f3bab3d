import {
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  serverFrame,
  type ClientFrame,
  type ServerFrame,
  type ServerFrameOf,
} from '@trialogue/protocol';
import { WebSocket } from 'ws';

import { Failed } from '../check.ts';
import type { Records } from './records.ts';

/** How long anything may take that should be there at once. Generous: it is only spent on what fails. */
const PATIENCE_MS = 15_000;

export interface Dial {
  origin?: string;
  /** Pings are not answered. */
  isMute?: boolean;
}

export interface Ended {
  /** 1006: without a close frame. */
  code: number;
  reason: string;
  at: number;
}

/** The server turned the upgrade down. */
export class TurnedAway extends Failed {
  readonly status: number;

  constructor(status: number) {
    super('the upgrade to a WebSocket', `HTTP ${status}`);
    this.status = status;
  }
}

type Op = ServerFrame['op'];

/** One WebSocket: everything it heard, and when. Fields that the server left out are missing, whatever the types say. */
export class Socket {
  readonly heard: ServerFrame[] = [];
  /** When each of `heard` came, of performance.now(). */
  readonly heardAt: number[] = [];
  readonly ended: Promise<Ended>;
  end: Ended | undefined;
  readonly #ws: WebSocket;
  readonly #records: Records;
  readonly #isMute: boolean;
  readonly #look = new Set<() => void>();
  #nextId = 1;

  private constructor(ws: WebSocket, records: Records, { isMute = false }: Dial) {
    this.#ws = ws;
    this.#records = records;
    this.#isMute = isMute;
    ws.on('message', (data, isBinary) => this.#hear((data as Buffer).toString(), isBinary));
    ws.on('error', () => {});
    this.ended = new Promise((resolve) => {
      ws.once('close', (code: number, reason: Buffer) => {
        this.end = { code, reason: reason.toString(), at: performance.now() };
        if (!records.closeCodes.has(code)) records.closeCodes.set(code, this.end.reason);
        resolve(this.end);
        this.#lookAgain();
      });
    });
  }

  /** @throws {TurnedAway}, {Failed} when nobody answers. */
  static async dial(address: string, records: Records, options: Dial = {}): Promise<Socket> {
    const { origin } = options;
    const ws = new WebSocket(address, SUBPROTOCOL, {
      perMessageDeflate: false,
      handshakeTimeout: PATIENCE_MS,
      ...(origin !== undefined && { origin }),
    });
    const socket = new Socket(ws, records, options);
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('unexpected-response', (request, response) => {
        request.destroy();
        reject(new TurnedAway(response.statusCode ?? 0));
      });
      ws.once('error', (error) => reject(new Failed(`a WebSocket at ${address}`, error.message)));
    });
    return socket;
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  say(frame: ClientFrame): void {
    this.sayRaw(JSON.stringify(frame));
  }

  /** Whatever it is: for what is no frame at all. */
  sayRaw(data: string | Uint8Array, { isFinal = true } = {}): void {
    if (this.isOpen) this.#ws.send(data, { binary: typeof data !== 'string', fin: isFinal });
  }

  /** A number for a request that this socket has not used yet. */
  newId(): number {
    return this.#nextId++;
  }

  /** Where `heard` ends now: for {@link next}. */
  get mark(): number {
    return this.heard.length;
  }

  all<O extends Op>(op: O, from = 0): ServerFrameOf<O>[] {
    return this.heard.slice(from).filter((frame): frame is ServerFrameOf<O> => frame.op === op);
  }

  /**
   * The first frame from `from` on for which `pick` gives something; waits for it.
   * @param what names it, for the report
   * @throws {Failed} when it does not come, or the socket ends before.
   */
  next<T>(
    what: string,
    pick: (frame: ServerFrame) => T | undefined,
    { from = 0, ms = PATIENCE_MS }: { from?: number; ms?: number } = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      let at = from;
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#look.delete(look);
        act();
      };
      const look = () => {
        for (; at < this.heard.length; at++) {
          const found = pick(this.heard[at] as ServerFrame);
          if (found !== undefined) return settle(() => resolve(found));
        }
        const { end } = this;
        if (end) settle(() => reject(new Failed(what, `the socket closed: ${end.code} ${end.reason}`.trimEnd())));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Failed(what, `nothing of it in ${ms} ms; last heard: ${this.#last()}`))),
        ms,
      );
      this.#look.add(look);
      look();
    });
  }

  nextOf<O extends Op>(
    op: O,
    pick: (frame: ServerFrameOf<O>) => boolean = () => true,
    options: { from?: number; ms?: number; what?: string } = {},
  ): Promise<ServerFrameOf<O>> {
    const isIt = (frame: ServerFrame): frame is ServerFrameOf<O> => frame.op === op && pick(frame as ServerFrameOf<O>);
    return this.next(options.what ?? `a frame ${op}`, (frame) => (isIt(frame) ? frame : undefined), options);
  }

  /** Waits for the server to close it. @throws {Failed} when it stays open. */
  async mustClose(expected: string, ms = PATIENCE_MS): Promise<Ended> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, ms, undefined);
    });
    const end = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    if (!end) throw new Failed(`${expected} within ${ms} ms`, `still open; last heard: ${this.#last()}`);
    return end;
  }

  /** Stops reading from the network. */
  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  close(): void {
    this.#ws.close(1000);
  }

  /** As when the network goes away: no close frame. */
  cut(): void {
    this.#ws.terminate();
  }

  #hear(text: string, isBinary: boolean): void {
    this.#records.frames++;
    const frame = this.#read(text, isBinary);
    if (!frame) return;
    this.heard.push(frame);
    this.heardAt.push(performance.now());
    if (frame.op === 'ping' && !this.#isMute) this.say({ op: 'pong' });
    this.#lookAgain();
  }

  #read(text: string, isBinary: boolean): ServerFrame | undefined {
    const odd = (why: string) => void this.#records.oddFrames.push(`${why}: ${text.slice(0, 160)}`);
    if (isBinary) return odd('binary');
    try {
      const frame = JSON.parse(text) as ServerFrame;
      try {
        serverFrame.read({ ...laterFields, ...frame }, 'frame');
      } catch (error) {
        odd((error as Error).message);
      }
      return typeof frame?.op === 'string' ? frame : undefined;
    } catch {
      return odd('not JSON');
    }
  }

  #lookAgain(): void {
    for (const look of this.#look) look();
  }

  #last(): string {
    const last = this.heard.slice(-3).map((frame) => frame.op);
    return last.length > 0 ? last.join(', ') : 'nothing';
  }
}

/** Of version 1, but younger than its first servers; a check of its own says whether they are there. */
const laterFields = { minSeq: 1, logEpoch: 'unknown', online: [] };

/** Waits for `hello`, and binds. @throws {Failed} */
export async function bind(
  socket: Socket,
  who: { token: string; userId: string },
  more: { sid?: string; fence?: number } = {},
): Promise<ServerFrameOf<'bound'>> {
  const hello = await socket.nextOf('hello');
  if (!hello.versions.includes(PROTOCOL_VERSION)) {
    throw new Failed(`hello with version ${PROTOCOL_VERSION}`, `versions ${hello.versions.join(', ')}`);
  }
  socket.sayRaw(JSON.stringify({ op: 'bind', token: who.token, uid: who.userId, ...more }));
  return socket.nextOf('bound');
}
