import type { Message } from '@trialogue/protocol';

import type { Group, Seat } from './group.ts';
import type { Person } from './person.ts';
import type { Socket } from './socket.ts';

/** A client as small as §5.6 and §5.7 allow: it takes each message once and in order, whatever its connections do. */
export class Reader {
  /** What it gave to its application. */
  readonly given: Message[] = [];
  readonly #group: Group;
  readonly #who: Person;
  #early = new Map<number, Message>();
  #socket: Socket | undefined;
  #isAtWork = false;

  constructor(group: Group, who: Person) {
    this.#group = group;
    this.#who = who;
  }

  get seen(): number {
    return this.given.at(-1)?.seq ?? 0;
  }

  /** A new connection: bind, open, and read on from where it stands. */
  async connect(): Promise<Seat> {
    const seat = await this.#group.enter(this.#who);
    this.#socket = seat.socket;
    await this.catchUp(seat.opened.head);
    return seat;
  }

  /** Takes in what was pushed, and asks for what is missing up to `head`. */
  async catchUp(head: number): Promise<void> {
    const socket = this.#socket;
    if (!socket || this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      this.#take(this.#group.live({ socket }));
      while (this.seen < head) {
        const page = await this.#group.page(socket, { after: this.seen, limit: 5 });
        const before = this.seen;
        this.#take(page.list);
        if (this.seen === before) break;
      }
    } finally {
      this.#isAtWork = false;
    }
  }

  #take(messages: readonly Message[]): void {
    for (const message of messages) if (message.seq > this.seen) this.#early.set(message.seq, message);
    for (let next = this.#early.get(this.seen + 1); next; next = this.#early.get(this.seen + 1)) this.given.push(next);
    for (const seq of this.#early.keys()) if (seq <= this.seen) this.#early.delete(seq);
  }
}
