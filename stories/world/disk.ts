import { Refused } from '@trialogue/protocol';
import { type CommandName, type Store, commands, isFatalAtCommit, settings, storeOver } from '@trialogue/server/core';

import type { Database } from './database.ts';
import type { Marker } from './markers.ts';
import type { Process } from './process.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

/** A command that has been committed, whether or not anybody hears of it. */
export interface Committed {
  name: CommandName;
  args: readonly unknown[];
  value: unknown;
}

export interface DiskMood {
  /** Longest time to a commit, and from there to its answer. */
  commitMs: number;
  answerMs: number;
  /** Chance that a commit takes `stallMs`. */
  stalls: number;
  stallMs: number;
  /** Chance that the disk cannot say whether a commit has reached it. */
  syncErrors: number;
}

interface Call {
  name: CommandName;
  args: readonly unknown[];
  by: Process;
  answer(value: unknown): void;
  fail(error: Error): void;
}

type Outcome = { value: unknown } | { error: Error };

/** The connection broke under a call: whether it was done is not known. */
export class Unanswered extends Error {
  constructor() {
    super('the database has not answered');
    this.name = 'Unanswered';
  }
}

/** Calls that are committed together. */
const GROUP_MOST = 64;
/** Nobody waits longer for an answer. */
const PATIENCE_MS = 10_000;
/** What is not synced with its commit is so now and then. */
const CHECKPOINT_MS = 3_000;

/**
 * The database server with its disk, as the nodes see it. It takes time. Writing commands are committed in groups, in
 * the order in which they came; reading ones run whenever.
 *
 * A call of a node that is killed is done or not. When the power goes, so it is with everything that was not
 * answered; and of what was written and not synced, only the beginning is there afterwards. How much that is, the
 * server's own settings of its database decide.
 */
export class Disk {
  readonly #database: Database;
  readonly #schedule: Schedule;
  readonly #rng: Rng;
  readonly #mood: () => DiskMood;
  readonly #seen: (marker: Marker) => void;
  readonly #committed: (what: Committed) => void;
  readonly #forgot: () => void;
  readonly #syncsEveryCommit = settings(false).some(([name, wanted]) => name === 'synchronous' && wanted === 2);
  readonly #cutOff = new Set<Process>();
  #queue: Call[] = [];
  #underWay = new Set<Call>();
  #isCommitting = false;
  /** Raised when the power goes: what was under way before is of a past life. */
  #life = 0;
  #answersUntil = 0;
  /** Where the log may end after the power was gone, oldest first. */
  #ends: number[];
  /** A part of the log never reached the disk: what is behind it is lost with it. */
  #hasHole = false;
  isFull = false;
  isDown = false;
  /** Whether anybody was ever left without an answer. */
  hasFailed = false;

  constructor(
    database: Database,
    around: {
      schedule: Schedule;
      rng: Rng;
      mood: () => DiskMood;
      seen: (marker: Marker) => void;
      committed: (what: Committed) => void;
      /** Something that was written is gone. */
      forgot: () => void;
    },
  ) {
    this.#database = database;
    this.#schedule = around.schedule;
    this.#rng = around.rng;
    this.#mood = around.mood;
    this.#seen = around.seen;
    this.#committed = around.committed;
    this.#forgot = around.forgot;
    this.#ends = [database.written];
  }

  /** The database as one process sees it. */
  storeOf(process: Process): Store {
    return storeOver(
      ({ name, args }) =>
        new Promise((resolve, reject) => {
          this.#take({ name, args, by: process, answer: resolve, fail: reject });
        }),
      async () => {},
    );
  }

  /** The process is gone; how many of its calls had left it nobody knows. */
  killed(process: Process): void {
    const own = this.#queue.filter(({ by }) => by === process);
    if (own.length > 0) this.#seen('server killed before the commit');
    if ([...this.#underWay].some(({ by, name }) => by === process && isWrite(name))) {
      this.#seen('server killed with unanswered commit');
    }
    const dropped = new Set(own.slice(this.#rng.whole(0, own.length)));
    this.#queue = this.#queue.filter((call) => !dropped.has(call));
  }

  /** No way between the process and the database. */
  cutOff(process: Process): void {
    this.#cutOff.add(process);
  }

  reconnect(process: Process): void {
    this.#cutOff.delete(process);
  }

  /** Whether anybody waits for a commit or an answer. */
  get isBusy(): boolean {
    return this.#queue.length > 0 || this.#underWay.size > 0;
  }

  /** The power goes, and comes back. */
  crash(downMs: number): void {
    if (this.isDown) return;
    this.isDown = true;
    this.#life++;
    this.#isCommitting = false;
    const queue = this.#queue.splice(0);
    if (queue.length > 0 || this.#underWay.size > 0) this.#seen('power gone under way');
    // Not answered, and yet it may have been committed.
    for (const { name, args } of queue.slice(0, this.#rng.whole(0, queue.length))) this.#run(name, args);
    this.#written();
    for (const call of [...queue, ...this.#underWay]) this.#unanswered(call, 50);
    this.#underWay.clear();
    const before = this.#database.written;
    const end = this.#hasHole ? this.#ends[0] : this.#rng.pick(this.#ends);
    this.#database.forgetSince(end ?? before);
    this.#hasHole = false;
    this.#sync();
    this.#schedule.after(downMs, 'the database is back', () => {
      this.isDown = false;
    });
    if ((end ?? before) < before) this.#forgot();
  }

  #take(call: Call): void {
    if (this.#cutOff.has(call.by)) return this.#unanswered(call, PATIENCE_MS);
    if (this.isDown) return this.#later(call, 1, () => call.fail(new Refused('storage.unavailable')));
    if (isWrite(call.name)) {
      this.#queue.push(call);
      return this.#commitSoon();
    }
    this.#underWay.add(call);
    this.#inThisLife(this.#rng.delay(this.#mood().commitMs), `disk ${call.name}`, () => {
      this.#answer(call, this.#run(call.name, call.args), this.#rng.delay(this.#mood().answerMs));
    });
  }

  #commitSoon(): void {
    if (this.#isCommitting || this.#queue.length === 0) return;
    this.#isCommitting = true;
    const { commitMs, stalls, stallMs } = this.#mood();
    const isStall = this.#rng.chance(stalls);
    if (isStall) this.#seen('slow disk');
    this.#inThisLife(isStall ? stallMs : 1 + this.#rng.delay(commitMs), 'disk commits', () => {
      this.#isCommitting = false;
      this.#commit();
      this.#commitSoon();
    });
  }

  #commit(): void {
    if (this.#rng.chance(this.#mood().syncErrors)) {
      this.#seen('fsync failed');
      // Whoever goes on after this has told people of messages that are not on disk (I32).
      if (isFatalAtCommit(new Error('disk I/O error'))) return this.crash(this.#rng.whole(200, 3_000));
      this.#hasHole = true;
    }
    const group = this.#queue.splice(0, GROUP_MOST);
    if (group.length > 1) this.#seen('group commit');
    if (this.isFull) {
      this.#seen('disk full');
      for (const call of group) {
        this.#underWay.add(call);
        this.#answer(call, { error: new Refused('storage.full') }, 0);
      }
      return;
    }
    for (const call of group) {
      const outcome = this.#run(call.name, call.args);
      this.#underWay.add(call);
      const at = this.#schedule.now() + this.#rng.delay(this.#mood().answerMs);
      this.#answersUntil = Math.max(this.#answersUntil, at);
      this.#answer(call, outcome, this.#answersUntil - this.#schedule.now());
    }
    this.#written();
  }

  #written(): void {
    this.#ends.push(this.#database.written);
    if (this.#syncsEveryCommit) this.#sync();
    else if (this.#ends.length === 2) this.#schedule.after(CHECKPOINT_MS, 'checkpoint', () => this.#sync());
  }

  #sync(): void {
    if (this.#hasHole) return;
    this.#database.synced();
    this.#ends = [this.#database.written];
  }

  #run(name: CommandName, args: readonly unknown[]): Outcome {
    try {
      const value = this.#database.run(name, args);
      if (isWrite(name)) this.#committed({ name, args, value });
      return { value };
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  #answer(call: Call, outcome: Outcome, ms: number): void {
    this.#inThisLife(ms, 'disk answers', () => {
      this.#underWay.delete(call);
      if (this.#cutOff.has(call.by)) return this.#unanswered(call, PATIENCE_MS);
      call.by.enter(() => ('value' in outcome ? call.answer(outcome.value) : call.fail(outcome.error)));
    });
  }

  #unanswered(call: Call, ms: number): void {
    this.hasFailed = true;
    this.#later(call, ms, () => call.fail(new Unanswered()));
  }

  #later({ by }: Call, ms: number, run: () => void): void {
    by.after(ms, 'no answer of the disk', run);
  }

  #inThisLife(ms: number, what: string, run: () => void): void {
    const life = this.#life;
    this.#schedule.after(ms, what, () => {
      if (life === this.#life) run();
    });
  }
}

const isWrite = (name: CommandName): boolean => commands[name].does === 'writes';
