import type { Membership, Seat } from '../seats.ts';
import type { Dialect, Kind, Page } from './dialects/dialect.ts';
import { RawSocket } from './rawSocket.ts';

const JOIN_MS = 20_000;

export interface Ear {
  /** A frame that is not about signing in; `idAt` says where its message id is. */
  heard(client: Client, kind: Kind, bytes: Buffer, start: number, end: number, at: number): void;
  ended(client: Client, why: string): void;
}

/** One socket that has signed in and entered its groups. */
export class Client {
  readonly seat: Seat;
  readonly dialect: Dialect;
  readonly #socket: RawSocket;
  /** Of each group the number of the last message that came. */
  readonly lastIn = new Map<number, number>();
  /** It does not read: nothing is expected of it. */
  isSlow = false;

  private constructor(socket: RawSocket, seat: Seat, dialect: Dialect) {
    this.#socket = socket;
    this.seat = seat;
    this.dialect = dialect;
  }

  /** @throws {Error} when it does not get in within 20 s */
  static async join(origin: string, seat: Seat, dialect: Dialect, ear: Ear): Promise<Client> {
    const socket = await RawSocket.open(new URL(dialect.path, origin), dialect.protocol);
    const client = new Client(socket, seat, dialect);
    try {
      await client.#signIn();
    } catch (error) {
      socket.end();
      throw error;
    }
    socket.onEnd = (why) => ear.ended(client, why);
    socket.onText = (bytes, start, end, at) => {
      const kind = dialect.kindOf(bytes, start, end);
      if (kind === 'ping') socket.send(dialect.pong);
      else if (kind !== 'other') ear.heard(client, kind, bytes, start, end, at);
    };
    return client;
  }

  say(text: string): void {
    this.#socket.send(text);
  }

  /** One page of history, while nothing else is asked for on this socket. */
  page(membership: Membership, size: number, before?: string): Promise<Page> {
    return new Promise((resolve, reject) => {
      const [onText, onEnd] = [this.#socket.onText, this.#socket.onEnd];
      this.#socket.onEnd = (why) => reject(new Error(`a socket ended while a page was read: ${why}`));
      const loose: string[] = [];
      this.#socket.onText = (bytes, start, end) => {
        const text = bytes.toString('utf8', start, end);
        // Some answer with a frame for each message, and one at the end.
        loose.push(...[...text.matchAll(/ id=['"]bench-(\w{24})['"]/g)].map(([, id]) => id ?? ''));
        if (this.dialect.kindOf(bytes, start, end) !== 'page') return;
        [this.#socket.onText, this.#socket.onEnd] = [onText, onEnd];
        const page = this.dialect.readPage(text);
        resolve({ ...page, ids: [...page.ids, ...loose] });
      };
      this.say(this.dialect.askPage(membership, size, before));
    });
  }

  stall(): void {
    this.isSlow = true;
    this.#socket.pause();
  }

  leave(): void {
    this.#socket.end();
  }

  #signIn(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`signing in took over ${JOIN_MS / 1000} s`)), JOIN_MS);
      let wanted: { isIt: (text: string) => boolean; take: (text: string) => void } | undefined;
      const early: string[] = [];
      const offer = () => {
        while (wanted && early.length > 0) {
          const text = early.shift() ?? '';
          if (!wanted.isIt(text)) continue;
          const { take } = wanted;
          wanted = undefined;
          take(text);
        }
      };
      socket.onText = (bytes, start, end) => {
        early.push(bytes.toString('utf8', start, end));
        offer();
      };
      socket.onEnd = (why) => reject(new Error(`a socket ended while signing in: ${why}`));
      const hear = (isIt: (text: string) => boolean) =>
        new Promise<string>((take) => {
          wanted = { isIt, take };
          offer();
        });
      this.dialect
        .join({ say: (text) => socket.send(text), hear }, this.seat)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }
}
