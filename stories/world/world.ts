import { Refused, id, type DlgId, type Message, type Seq, type UserId } from '@trialogue/protocol';
import { type Client, type KeyWrap, masterKey } from '@trialogue/server/core';
import { ada, bo, cy, mal, shop } from '@trialogue/testkit';

import { Browser } from './browser.ts';
import { SimulatedBus } from './bus.ts';
import { Checks } from './check/checks.ts';
import { Cluster } from './cluster.ts';
import { modelDatabase, sqliteDatabase, type Database } from './database.ts';
import { Disk, Unanswered, type Committed } from './disk.ts';
import type { Marker } from './markers.ts';
import { settle } from './microtasks.ts';
import { healed, moodOf, type Mood } from './mood.ts';
import { actorOf } from './names.ts';
import { Network, type Connection, type End } from './network.ts';
import type { Node } from './node.ts';
import { Person } from './person.ts';
import { running } from './process.ts';
import { rng, type Rng } from './rng.ts';
import { Schedule } from './schedule.ts';
import { sealing } from './sealing/mode.ts';
import { plainWrap } from './sealing/plainWrap.ts';
import { Tokens } from './tokens.ts';
import { Trace } from './trace.ts';

/** Every so many seeds, the world stands on the real SQL and the real SQLite; and seals for real. */
const REAL_DATABASE_EVERY = 50;
const REAL_SEALING_EVERY = 25;
const MASTER_KEY = new Uint8Array(32).fill(7);
const HTTP_MS = 200;
/** More things than this at one instant, and somebody is going in circles. */
const MOST_STEPS_AT_ONCE = 2_000;

/**
 * The whole system in one process: people with the real client, nodes with the real gateway and use cases, and
 * between them a network, a bus, a database and clocks that do what such things do. One thing happens after the other,
 * in virtual time, and all chance comes from the seed: whatever happens, happens again.
 */
export class World {
  readonly schedule = new Schedule();
  readonly checks = new Checks();
  readonly seen = new Map<Marker, number>();
  readonly trace: Trace;
  readonly network: Network;
  readonly bus: SimulatedBus;
  readonly disk: Disk;
  readonly cluster: Cluster;
  readonly people: Person[] = [];
  readonly conversations: DlgId[];
  readonly rng: Rng;
  mood: Mood;
  steps = 0;
  #requests = 0;
  #stepsNow = 0;
  #lastAt = 0;
  readonly #offline = new Set<string>();
  /** Conversations that the database changed since it was last looked at; with `true`, not only at the end. */
  readonly #changed = new Map<DlgId, boolean>();
  readonly #database: Database;
  readonly #tokens: Tokens;

  constructor(seed: number, { show }: { show?: ((line: string) => void) | undefined }) {
    this.rng = rng(seed);
    this.mood = moodOf(this.rng.fork('mood'));
    this.trace = new Trace(this.schedule.now, show);
    this.conversations = Array.from({ length: this.mood.conversations }, (_, at) => id<DlgId>(`dlg${at + 1}`));
    sealing.isCheap = seed % REAL_SEALING_EVERY !== 0;
    this.#database = seed % REAL_DATABASE_EVERY === 0 ? sqliteDatabase() : modelDatabase();
    const around = (name: string) => ({ schedule: this.schedule, rng: this.rng.fork(name), seen: this.mark });
    this.network = new Network({ ...around('network'), mood: () => this.mood.network });
    this.bus = new SimulatedBus({ ...around('bus'), mood: () => this.mood.bus });
    this.disk = new Disk(this.#database, {
      ...around('disk'),
      mood: () => this.mood.disk,
      committed: (what) => this.#committed(what),
      forgot: () => this.#forgot(),
    });
    this.#tokens = new Tokens(() => this.mood.tokenMs);
    const keyWrap: KeyWrap = sealing.isCheap ? plainWrap : masterKey(MASTER_KEY);
    const nodes = around('nodes');
    const { skewMs } = this.mood;
    this.cluster = new Cluster(this.mood.nodes, () => nodes.rng.whole(-skewMs, skewMs), {
      ...nodes,
      checks: this.checks,
      disk: this.disk,
      bus: this.bus,
      keyWrap,
      tokens: this.#tokens,
      hasSlowReaders: this.mood.hasSlowReaders,
      say: (line) => this.trace.say(line),
    });
    const extra = Array.from({ length: this.mood.people }, (_, at) => id<UserId>(`p${at + 4}`));
    const ids = [ada.userId, bo.userId, cy.userId, ...extra].slice(0, this.mood.people);
    for (const [at, userId] of [...ids, mal.userId].entries()) {
      const browser = new Browser(this.schedule, this.rng.fork(`browser of ${userId}`));
      this.people.push(this.#person(userId, userId, browser));
      if (at < this.mood.tabs) this.people.push(this.#person(`${userId}_2`, userId, browser));
    }
  }

  /** Everybody but Mal is in the first conversation; the others have some of them. Nothing goes wrong yet. */
  begin(): void {
    const { mood } = this;
    this.mood = healed(mood);
    this.#database.run('putApp', [{ appId: shop, secretHash: 'hash', secretWrapped: 'wrapped', origins: [] }]);
    for (const { userId } of this.people) {
      this.#database.run('putUser', [shop, { userId, name: userId, avatar: '', remark: '', urole: 'user' }]);
    }
    for (const machine of this.cluster.machines) this.cluster.start(machine);
    const members = [...new Set(this.people.map(({ userId }) => userId))].filter((userId) => userId !== mal.userId);
    for (const [at, dlgId] of this.conversations.entries()) {
      const some = members.filter(() => at === 0 || this.rng.chance(0.7));
      const group = { groupId: dlgId, name: dlgId, members: some.map((userId) => ({ userId })) };
      this.request('createGroup', (node) => node.platform.createGroup(shop, group));
      this.run(HTTP_MS * 100, () => this.checks.membership.isIn(dlgId, some[0] ?? mal.userId) || some.length === 0);
    }
    this.mood = mood;
    for (const person of this.people) person.openPage(this.placeFor(person, this.rng));
  }

  end(): void {
    this.#database.close();
  }

  /** Mostly a conversation that the person is in; whoever is in none stands before a closed door. */
  placeFor({ userId }: Person, rng: Rng): DlgId {
    const own = this.conversations.filter((dlgId) => this.checks.membership.isIn(dlgId, userId));
    return rng.pick(own.length > 0 && rng.chance(0.9) ? own : this.conversations);
  }

  readonly mark = (marker: Marker): void => void this.seen.set(marker, (this.seen.get(marker) ?? 0) + 1);

  /** Lets time pass, one thing after the other, until this is so. @returns whether it is. */
  run(ms: number, isDone: () => boolean = () => false): boolean {
    const until = this.schedule.now() + ms;
    for (;;) {
      if (isDone()) return true;
      const due = this.schedule.take(until);
      if (!due) return false;
      this.steps++;
      this.#stepsNow = due.at === this.#lastAt ? this.#stepsNow + 1 : 0;
      this.#lastAt = due.at;
      if (this.#stepsNow > MOST_STEPS_AT_ONCE) throw new Error(`time stands still: "${due.what}" again and again`);
      this.trace.note(due.what);
      due.run();
      settle();
      running.process = undefined;
      this.#look();
      if (this.checks.broken) throw this.checks.broken;
    }
  }

  takeOffline(who: Person, ms: number): void {
    this.trace.say(`${who.name} is offline`);
    this.#offline.add(who.name);
    who.cut();
    this.schedule.after(ms, `${who.name} is online`, () => {
      this.#offline.delete(who.name);
      who.wake();
    });
  }

  /** Of the database, and of the node that carries it in itself. */
  cutPower(downMs: number): void {
    this.trace.say('the power is gone');
    this.disk.crash(downMs);
    const [only, ...others] = this.cluster.machines;
    if (only && others.length === 0) this.cluster.kill(only, downMs);
  }

  fillDisk(ms: number): void {
    if (this.disk.isFull) return;
    this.trace.say('the disk is full');
    this.disk.isFull = true;
    this.schedule.after(ms, 'there is space on the disk', () => {
      this.disk.isFull = false;
    });
  }

  takeBusOut(ms: number): void {
    if (this.bus.isOut) return;
    this.trace.say('the bus is out');
    this.bus.isOut = true;
    this.schedule.after(ms, 'the bus is back', () => {
      this.bus.isOut = false;
    });
  }

  /** The platform ends all sessions of somebody. */
  revoke(who: Person): void {
    this.trace.say(`the sessions of ${who.userId} are revoked`);
    this.request('revoke', async ({ bus }) => {
      const sessionIds = this.#tokens.revoke(who.userId);
      this.mark('session revoked');
      await bus.tell({ kind: 'revoked', appId: shop, userId: who.userId, sessionIds }).catch(() => {});
    });
  }

  remove(dlgId: DlgId, who: Person): void {
    this.trace.say(`the platform removes ${who.userId} from ${dlgId}`);
    this.request('removeMember', (node) => node.platform.removeMember({ appId: shop, dlgId }, who.userId));
  }

  add(dlgId: DlgId, who: Person): void {
    // Mal stays outside.
    if (who.userId === mal.userId || this.checks.membership.isIn(dlgId, who.userId)) return;
    this.trace.say(`the platform adds ${who.userId} to ${dlgId}`);
    this.request('addMembers', async (node) => {
      await node.platform.addMembers({ appId: shop, dlgId }, [{ userId: who.userId }]);
      this.mark('member came back');
      if (who.isOut && who.dlgId === dlgId) this.schedule.after(0, 'the door opens', () => who.turnTo(dlgId));
    });
  }

  recall(dlgId: DlgId, who: Person, seq: Seq): void {
    this.trace.say(`${who.userId} takes back ${dlgId} ${seq}`);
    this.checks.recallAsked(dlgId, seq);
    this.request('recall', (node) => node.chat.recall(actorOf(who.userId), dlgId, seq));
  }

  /** A request over HTTP. It may be refused, or get no answer because the server or its database is gone. */
  request(what: string, run: (node: Node) => Promise<unknown>): void {
    this.#requests++;
    this.schedule.after(this.rng.delay(HTTP_MS), what, () => {
      this.#requests--;
      const node = this.cluster.pick(this.rng);
      node?.process.enter(() => {
        run(node).catch((error: unknown) => {
          if (error instanceof Refused) return this.trace.say(`${what} refused: ${error.refusal}`);
          if (error instanceof Unanswered) return this.trace.say(`${what} got no answer`);
          this.checks.hold(() => {
            throw error;
          });
        });
      });
    });
  }

  /** Whether something that was begun may still change what the database has. */
  get isBusy(): boolean {
    return this.#requests > 0 || this.disk.isBusy;
  }

  /** What the database has of a conversation. */
  logOf(dlgId: DlgId, after: Seq = 0): Message[] {
    return this.#database.run('messagesAfter', [{ appId: shop, dlgId }, after, 10_000]) as Message[];
  }

  /** The last fault is over. */
  heal(): void {
    this.trace.say('all faults are over');
    this.mood = healed(this.mood);
    this.disk.isFull = false;
    this.disk.isDown = false;
    this.bus.isOut = false;
    this.cluster.heal();
    for (const arrow of [...this.network.clogs.keys()]) this.network.unclog(arrow);
    this.#offline.clear();
    for (const person of this.people) {
      person.reopen();
      person.wake();
    }
  }

  #person(name: string, userId: UserId, browser: Browser): Person {
    return new Person({ name, userId }, browser, {
      schedule: this.schedule,
      rng: this.rng.fork(name),
      checks: this.checks,
      say: (line) => this.trace.say(line),
      seen: this.mark,
      dial: (end) => this.#dial(name, end),
      newToken: (userId) => {
        const node = this.cluster.pick(this.rng);
        return node && !node.process.isStopped ? this.#tokens.issue(userId, node.process.now()) : undefined;
      },
      hasDatabaseFailed: () => this.disk.hasFailed,
    });
  }

  #dial(name: string, end: End): Connection {
    return this.network.dial(name, end, () =>
      this.#offline.has(name) ? undefined : this.cluster.pick(this.rng)?.accept,
    );
  }

  #committed({ name, args, value }: Committed): void {
    const { membership, marks, ledger } = this.checks;
    const [first, second] = args as [
      { dlgId: DlgId; userId: UserId; client?: Client; members: { userId: UserId }[] },
      { userId: UserId } & DlgId,
    ];
    switch (name) {
      case 'createConversation':
        for (const { userId } of first.members) membership.joined(first.dlgId, userId);
        return;
      case 'addMembers':
        for (const userId of (value as { added: UserId[] }).added) membership.joined(first.dlgId, userId);
        return this.#change(first.dlgId);
      case 'removeMember':
        membership.left(first.dlgId, second.userId, (value as { seq: Seq }).seq);
        return this.#change(first.dlgId);
      case 'appendFor':
        return this.#change(first.dlgId);
      case 'raiseFence':
        if (value === true) {
          this.mark('socket taken over');
          this.checks.fences.raised(first.client);
        }
        return;
      case 'appendMessage':
        if (!(value as { repeated: boolean }).repeated) this.checks.hold(() => this.checks.fences.stored(first.client));
        if ((value as { repeated: boolean }).repeated) this.mark('repeated ack');
        return this.#change(second);
      case 'recallMessage':
        this.mark('message recalled');
        return this.#change(second, true);
      case 'raiseMarks':
        if ((value as { changed: boolean }).changed) this.checks.hold(() => this.checks.fences.stored(first.client));
        this.#look();
        return this.checks.hold(() =>
          marks.stored(second, first.userId, value as { readSeq: Seq; deliveredSeq: Seq }, ledger.head(second)),
        );
      default:
    }
  }

  #change(dlgId: DlgId, isWhole = false): void {
    this.#changed.set(dlgId, isWhole || this.#changed.get(dlgId) === true);
  }

  /** The database has less than before. */
  #forgot(): void {
    for (const dlgId of this.conversations) this.#change(dlgId, true);
  }

  /** Looks at what the database has now, and holds it against what it had. */
  #look(): void {
    if (this.#changed.size === 0) return;
    for (const [dlgId, isWhole] of this.#changed) {
      const messages = this.logOf(dlgId, isWhole ? 0 : this.checks.ledger.head(dlgId));
      if (isWhole) this.checks.reread(dlgId, messages);
      else this.checks.grew(dlgId, messages);
    }
    this.#changed.clear();
  }
}
