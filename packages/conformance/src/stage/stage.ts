import type { Limits } from '@trialogue/protocol';

import { Skipped } from '../check.ts';
import { Group } from './group.ts';
import type { Http } from './http.ts';
import { Person, type Line } from './person.ts';
import type { Platform } from './platform.ts';
import type { Records } from './records.ts';
import { Socket } from './socket.ts';

/** What was learnt of the server before the first check. */
export interface Server {
  http: Http;
  platform: Platform;
  appId: string | undefined;
  secret: string;
  /** How many there are behind the address: each counts rates and sockets for itself (§8.2). */
  nodes: number;
  wsAddress: string;
  /** Those that it reports; the rest is not offered. */
  limits: Partial<Limits>;
  /** Origins that it says it lets in. */
  origins: readonly string[];
  records: Records;
}

/** Where one check plays: people and conversations of its own. */
export class Stage {
  readonly server: Server;
  readonly #prefix: string;
  readonly #sockets: Socket[] = [];
  #people = 0;

  /** @param prefix of the names of its users: no other check, and no other run, has the same. */
  constructor(server: Server, prefix: string) {
    this.server = server;
    this.#prefix = prefix;
  }

  get platform(): Platform {
    return this.server.platform;
  }

  get http(): Http {
    return this.server.http;
  }

  get records(): Records {
    return this.server.records;
  }

  /** A limit as this server reports it. @throws {Skipped} */
  limit(name: keyof Limits): number {
    const value = this.server.limits[name];
    if (value === undefined) throw new Skipped(`not offered by this server: it reports no ${name}`);
    return value;
  }

  /** New users, each with a token. */
  people(count: number): Promise<Person[]> {
    return Promise.all(Array.from({ length: count }, () => this.person()));
  }

  async person(urole = 'user'): Promise<Person> {
    const userId = this.newUserId();
    await this.platform.putUser(userId, urole);
    return new Person(userId, await this.platform.createToken(userId), this.#line);
  }

  newUserId(): string {
    return `${this.#prefix}-${++this.#people}`;
  }

  /** A new conversation of these people. */
  async group(...members: readonly Person[]): Promise<Group> {
    const { dlgId } = await this.platform.createGroup(members.map(({ userId }) => userId));
    const group = new Group(dlgId, '');
    const [first] = members;
    if (first) await group.learnKey(first);
    return group;
  }

  /** Two new people in a new conversation. */
  async pair(): Promise<{ ada: Person; bo: Person; group: Group }> {
    const [ada, bo] = (await this.people(2)) as [Person, Person];
    return { ada, bo, group: await this.group(ada, bo) };
  }

  /** Three of them. */
  async trio(): Promise<{ ada: Person; bo: Person; cy: Person; group: Group }> {
    const [ada, bo, cy] = (await this.people(3)) as [Person, Person, Person];
    return { ada, bo, cy, group: await this.group(ada, bo, cy) };
  }

  /** A socket of nobody's, wherever it leads. */
  async dial(options: { origin?: string } = {}): Promise<Socket> {
    const socket = await Socket.dial(this.server.wsAddress, this.records, options);
    this.#sockets.push(socket);
    return socket;
  }

  /** The curtain falls: no socket is left open. */
  clear(): void {
    for (const socket of this.#sockets) socket.cut();
  }

  get #line(): Line {
    const { http, wsAddress, records } = this.server;
    return { http, wsAddress, records, onSocket: (socket) => void this.#sockets.push(socket) };
  }
}
