import { setImmediate as endOfTurn } from 'node:timers';

import { Refused, id, type DlgId, type Seq, type UserId } from '@trialogue/protocol';
import { type Store, masterKey, openInProcess } from '@trialogue/server/core';
import { ada, bo, cy, mal, shop } from '@trialogue/testkit';

import { simulatedBus } from './bus.ts';
import { Checks } from './check/checks.ts';
import { Disk, type Committed } from './disk.ts';
import { brokenStore, hastyStore, type Fault } from './faults.ts';
import type { Marker } from './markers.ts';
import { healed, moodOf, type Mood } from './mood.ts';
import { actorOf } from './names.ts';
import { Network, type Connection, type End } from './network.ts';
import { Node } from './node.ts';
import { Person } from './person.ts';
import { rng, type Rng } from './rng.ts';
import { Schedule } from './schedule.ts';
import { Trace } from './trace.ts';

const MASTER_KEY = masterKey(new Uint8Array(32).fill(7));
const HTTP_MS = 200;
/** More things than this at one instant, and somebody is going in circles. */
const MOST_STEPS_AT_ONCE = 2_000;

/**
 * The whole system in one process: people with the real client, a node with the real gateway, use cases and SQL, and
 * between them a network, a bus and a disk that do what such things do. One thing happens after the other, in virtual
 * time, and all chance comes from the seed: whatever happens, happens again.
 */
export class World {
  readonly schedule = new Schedule();
  readonly checks = new Checks();
  readonly seen = new Map<Marker, number>();
  readonly trace: Trace;
  readonly network: Network;
  readonly people: Person[] = [];
  readonly conversations: DlgId[];
  mood: Mood;
  node: Node | undefined;
  steps = 0;
  #stepsNow = 0;
  #lastAt = 0;
  readonly #rng: Rng;
  readonly #fault: Fault | undefined;
  readonly #offline = new Set<UserId>();
  /** Conversations that the database changed since it was last looked at; with `true`, not only at the end. */
  readonly #changed = new Map<DlgId, boolean>();
  #store: Store | undefined;

  constructor(
    seed: number,
    { fault, show }: { fault?: Fault | undefined; show?: ((line: string) => void) | undefined },
  ) {
    this.#rng = rng(seed);
    this.#fault = fault;
    this.mood = moodOf(this.#rng.fork('mood'));
    this.trace = new Trace(this.schedule.now, show);
    this.conversations = Array.from({ length: this.mood.conversations }, (_, at) => id<DlgId>(`dlg${at + 1}`));
    this.network = new Network({
      schedule: this.schedule,
      rng: this.#rng.fork('network'),
      mood: () => this.mood.network,
      seen: this.mark,
    });
    const extra = Array.from({ length: this.mood.people }, (_, at) => id<UserId>(`p${at + 4}`));
    const ids = [ada.userId, bo.userId, cy.userId, ...extra].slice(0, this.mood.people);
    for (const userId of [...ids, mal.userId]) this.people.push(this.#person(userId));
  }

  /** Everybody but Mal is in the first conversation; the others have some of them. */
  async begin(): Promise<void> {
    const real = await openInProcess();
    this.#store = brokenStore(this.#fault, real);
    await real.putApp({ appId: shop, secretHash: 'hash', secretWrapped: 'wrapped', origins: [] });
    for (const { userId } of this.people) {
      await real.putUser(shop, { userId, name: userId, avatar: '', remark: '', urole: 'user' });
    }
    this.startNode();
    const members = this.people.filter(({ userId }) => userId !== mal.userId);
    for (const [at, dlgId] of this.conversations.entries()) {
      const some = members.filter(() => at === 0 || this.#rng.chance(0.7));
      const group = { groupId: dlgId, name: dlgId, members: some.map(({ userId }) => ({ userId })) };
      this.request('createGroup', (node) => node.platform.createGroup(shop, group));
      await this.run(
        HTTP_MS * 100,
        () => this.checks.membership.isIn(dlgId, some[0]?.userId ?? mal.userId) || some.length === 0,
      );
    }
    for (const person of this.people) person.openPage(this.placeFor(person, this.#rng));
  }

  async end(): Promise<void> {
    await this.#store?.close();
  }

  /** Mostly a conversation that the person is in; whoever is in none stands before a closed door. */
  placeFor({ userId }: Person, rng: Rng): DlgId {
    const own = this.conversations.filter((dlgId) => this.checks.membership.isIn(dlgId, userId));
    return rng.pick(own.length > 0 && rng.chance(0.9) ? own : this.conversations);
  }

  get rng(): Rng {
    return this.#rng;
  }

  get store(): Store {
    if (!this.#store) throw new Error('the world has not begun');
    return this.#store;
  }

  readonly mark = (marker: Marker): void => void this.seen.set(marker, (this.seen.get(marker) ?? 0) + 1);

  /** Lets time pass, one thing after the other, until this is so. @returns whether it is. */
  async run(ms: number, isDone: () => boolean = () => false): Promise<boolean> {
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
      await this.#settle();
      await this.#look();
      if (this.checks.broken) throw this.checks.broken;
    }
  }

  startNode(): void {
    if (this.node) return;
    this.trace.say('the server starts');
    const around = { schedule: this.schedule, rng: this.#rng.fork(`node ${this.steps}`), seen: this.mark };
    const disk = new Disk(this.store, { ...around, mood: () => this.mood.disk }, (what) => this.#committed(what));
    this.node = new Node({
      ...around,
      checks: this.checks,
      disk,
      store: hastyStore(this.#fault, disk.store, this.store),
      bus: simulatedBus({ ...around, mood: () => this.mood.bus }),
      keyWrap: MASTER_KEY,
      fault: this.#fault,
    });
  }

  /** `kill -9`, and after a while a new process on the same database. */
  kill(downMs: number): void {
    if (!this.node) return;
    this.trace.say('the server is killed');
    this.node.kill();
    this.node = undefined;
    this.schedule.after(downMs, 'the server comes back', () => this.startNode());
  }

  takeOffline(who: Person, ms: number): void {
    this.trace.say(`${who.userId} is offline`);
    this.#offline.add(who.userId);
    who.cut();
    this.schedule.after(ms, `${who.userId} is online`, () => {
      this.#offline.delete(who.userId);
      who.wake();
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
      if (who.isOut && who.dlgId === dlgId) who.turnTo(dlgId);
    });
  }

  recall(dlgId: DlgId, who: Person, seq: Seq): void {
    this.trace.say(`${who.userId} takes back ${dlgId} ${seq}`);
    this.checks.recallAsked(dlgId, seq);
    this.request('recall', (node) => node.chat.recall(actorOf(who.userId), dlgId, seq));
  }

  /** A request over HTTP. It may be refused, or get no answer because the server is gone. */
  request(what: string, run: (node: Node) => Promise<unknown>): void {
    this.schedule.after(this.#rng.delay(HTTP_MS), what, () => {
      if (!this.node) return;
      run(this.node).catch((error: unknown) => {
        if (error instanceof Refused) return this.trace.say(`${what} refused: ${error.refusal}`);
        this.checks.hold(() => {
          throw error;
        });
      });
    });
  }

  /** The last fault is over. */
  heal(): void {
    this.trace.say('all faults are over');
    this.mood = healed(this.mood);
    this.startNode();
    this.#offline.clear();
    for (const person of this.people) {
      person.reopen();
      person.wake();
    }
  }

  #person(userId: UserId): Person {
    return new Person(userId, {
      schedule: this.schedule,
      rng: this.#rng.fork(userId),
      checks: this.checks,
      fault: this.#fault,
      say: (line) => this.trace.say(line),
      seen: this.mark,
      dial: (end) => this.#dial(userId, end),
    });
  }

  #dial(userId: UserId, end: End): Connection {
    return this.network.dial(userId, end, () => (this.#offline.has(userId) ? undefined : this.node?.accept));
  }

  #committed({ name, args, value }: Committed): void {
    const { membership } = this.checks;
    const [first, second] = args as [{ dlgId: DlgId; members: { userId: UserId }[] }, { userId: UserId } & DlgId];
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
      case 'appendMessage':
        if ((value as { repeated: boolean }).repeated) this.mark('repeated ack');
        return this.#change(second);
      case 'recallMessage':
        this.mark('message recalled');
        return this.#change(second, true);
      default:
    }
  }

  #change(dlgId: DlgId, isWhole = false): void {
    this.#changed.set(dlgId, isWhole || this.#changed.get(dlgId) === true);
  }

  /** Looks at what the database has now, and holds it against what it had. */
  async #look(): Promise<void> {
    for (const [dlgId, isWhole] of this.#changed) {
      const after = isWhole ? 0 : this.checks.ledger.head(dlgId);
      const messages = await this.store.messagesAfter({ appId: shop, dlgId }, after, 10_000);
      if (isWhole) this.checks.reread(dlgId, messages);
      else this.checks.grew(dlgId, messages);
    }
    this.#changed.clear();
  }

  /** Nothing that a step began is still under way: there are only microtasks in a world. */
  #settle(): Promise<void> {
    return new Promise((resolve) => endOfTurn(resolve));
  }
}
