import type { Message, Page } from '@trialogue/protocol';

import { Failed } from '../check.ts';
import { sleep, type Answer, type Ask, type Http } from './http.ts';
import { said } from './platform.ts';
import type { Records } from './records.ts';
import { bind, Socket, TurnedAway, type Dial } from './socket.ts';

/** How one gets at a server. */
export interface Line {
  http: Http;
  wsAddress: string;
  records: Records;
  /** Told of every socket, so that none outlives its check. */
  onSocket(socket: Socket): void;
}

export interface Range {
  before?: number;
  after?: number;
  limit?: number;
}

const MOST_DIALS = 30;

/** One user with a token: the client API, and sockets. */
export class Person {
  readonly userId: string;
  readonly token: string;
  readonly #line: Line;

  constructor(userId: string, token: string, line: Line) {
    this.userId = userId;
    this.token = token;
    this.#line = line;
  }

  /** The same user with another token. */
  with(token: string): Person {
    return new Person(this.userId, token, this.#line);
  }

  ask<T = Record<string, unknown>>(method: string, path: string, ask: Ask = {}): Promise<Answer<T>> {
    return this.#line.http.ask<T>(method, `/api/v1${path}`, { bearer: this.token, ...ask });
  }

  /** @throws {Failed} when it is refused. */
  async need<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask<T>(method, path, { body });
    if (answer.code === 0) return answer.data;
    throw new Failed(`success of the client API: ${method} ${path}`, said(answer));
  }

  /** A socket that has not said who it is. Comes again, as a client does, while there are too many of those. */
  async dial(options: Dial = {}): Promise<Socket> {
    for (let tries = 1; ; tries++) {
      try {
        const socket = await Socket.dial(this.#line.wsAddress, this.#line.records, options);
        this.#line.onSocket(socket);
        return socket;
      } catch (error) {
        const isLater = error instanceof TurnedAway && (error.status === 429 || error.status === 503);
        if (!isLater || tries === MOST_DIALS) throw error;
        await sleep(200 + Math.random() * 200);
      }
    }
  }

  /** A socket that is this user's. */
  async bound(options: Dial & { sid?: string; fence?: number } = {}): Promise<Socket> {
    const { sid, fence, ...dial } = options;
    const socket = await this.dial(dial);
    await bind(socket, this, { ...(sid !== undefined && { sid }), ...(fence !== undefined && { fence }) });
    return socket;
  }

  page(dlgId: string, range: Range = {}): Promise<Page> {
    const query = Object.entries(range)
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    return this.need<Page>('GET', `/conversations/${dlgId}/messages?${query}`);
  }

  /** The whole log, over HTTP. */
  async history(dlgId: string): Promise<Message[]> {
    return collect((after) => this.page(dlgId, { after, limit: 200 }));
  }
}

/** Page after page, as §5.7 tells a client to. */
export async function collect(pageAfter: (after: number) => Promise<Page>): Promise<Message[]> {
  const messages: Message[] = [];
  for (let after = 0; ;) {
    const { list, hasMore } = await pageAfter(after);
    messages.push(...list);
    const last = list.at(-1)?.seq;
    if (!hasMore) return messages;
    if (last === undefined || last <= after) {
      throw new Failed(
        `a page after ${after} that goes on, as hasMore says there is more`,
        `it ends with ${last ?? 'nothing'}`,
      );
    }
    after = last;
  }
}
