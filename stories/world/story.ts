import { setImmediate as soon } from 'node:timers';

import type { DlgId } from '@trialogue/protocol';
import type { Received } from '@trialogue/sdk/core';

import { Broken, type Invariant } from './check/broken.ts';
import { Connected } from './connected.ts';
import { copyOf } from './copy.ts';
import type { Marker } from './markers.ts';
import { settle } from './microtasks.ts';
import type { Person } from './person.ts';
import { isRefusal } from './screen.ts';
import { scriptOf } from './script.ts';
import { takeOver } from './virtualTime.ts';
import { World } from './world.ts';

/**
 * After the last fault everybody holds everything within this time (I14). Longest: a half-open connection is given
 * up after 40 s of silence, then the client waits up to 30 s before it dials again.
 */
const QUIET_MS = 90_000;
const LOOK_MS = 100;
/** What was begun before the last fault was over is over by then, or somebody waits for it. */
const AFTERMATH_MS = 1_000;
const PAUSE_MS = 5_000;

export interface Story {
  seed: number;
  steps: number;
  frames: number;
  messages: number;
  /** Sends that were answered with an ack. */
  acked: number;
  seen: readonly Marker[];
  hash: string;
  /** Virtual time from the last fault to when everybody held everything. */
  healedInMs: number;
  /** The longest that somebody who stayed connected after it was behind the log; nothing if nobody did. */
  connectedInMs: number | undefined;
  realMs: number;
}

/** A story that broke a promise, told so that it can be told again. */
export class BrokenStory extends Error {
  readonly seed: number;
  readonly invariant: Invariant | undefined;

  constructor(world: World, seed: number, cause: unknown) {
    const { invariant, witness } = cause instanceof Broken ? cause : {};
    const says = cause instanceof Error ? cause.message : String(cause);
    super(
      [
        `seed ${seed}, step ${world.steps}: ${says}`,
        ...(witness === undefined ? [] : [`witness: ${JSON.stringify(witness, short, 1)}`]),
        `the last things that happened:`,
        ...world.trace.last(),
        `again: SEED=${seed} npm run stories`,
      ].join('\n'),
      { cause },
    );
    this.name = 'BrokenStory';
    this.seed = seed;
    this.invariant = invariant;
  }
}

/**
 * Tells one story from its seed: people talk while the world does its worst; then all faults end, and everybody
 * must soon hold the same log as the server.
 *
 * @throws {BrokenStory}
 */
export const tellStory = (seed: number, options: { show?: (line: string) => void } = {}): Promise<Story> =>
  // In a turn of its own: in the middle of a microtask no other can be run to its end.
  new Promise((resolve, reject) => {
    soon(() => {
      try {
        resolve(tell(seed, options));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });

function tell(seed: number, options: { show?: (line: string) => void }): Story {
  const startedAt = performance.now();
  const world = new World(seed, options);
  const giveBack = takeOver(world.schedule, world.rng.fork('dice'));
  try {
    world.begin();
    talk(world);
    const times = quieten(world);
    compare(world);
    giveBack();
    return {
      seed,
      steps: world.steps,
      frames: world.network.frames,
      messages: world.conversations.reduce((sum, dlgId) => sum + world.checks.ledger.head(dlgId), 0),
      acked: world.checks.sends.acked,
      seen: [...world.seen.keys()],
      hash: world.trace.hash(),
      ...times,
      realMs: performance.now() - startedAt,
    };
  } catch (error) {
    throw new BrokenStory(world, seed, error);
  } finally {
    world.end();
    giveBack();
  }
}

function talk(world: World): void {
  const rng = world.rng.fork('script');
  const act = scriptOf(world, rng);
  const end = world.schedule.now() + world.mood.storyMs;
  while (world.schedule.now() < end) {
    act();
    settle();
    world.run(rng.delay(world.mood.pauseMs));
  }
}

function quieten(world: World): Pick<Story, 'healedInMs' | 'connectedInMs'> {
  world.heal();
  const from = world.schedule.now();
  const connected = new Connected(world);
  let healedInMs: number | undefined;
  for (let waited = 0; waited < QUIET_MS; waited += LOOK_MS) {
    world.run(LOOK_MS);
    for (const person of world.people) {
      person.sendAgain();
      if (person.isOut && person.dlgId && isMember(world, person)) person.turnTo(person.dlgId);
      if (lacks(world, person) && person.dlgId) void person.screen.fill(person.dlgId);
    }
    connected.look();
    if (!world.people.every((person) => !isBusy(person) && !lacks(world, person))) {
      healedInMs = undefined;
      continue;
    }
    healedInMs ??= world.schedule.now() - from;
    if (world.isBusy || waited < AFTERMATH_MS) continue;
    noStaleSockets(world);
    return { healedInMs, connectedInMs: connected.lagMs };
  }
  const waiting = world.people.find(isBusy);
  if (waiting) throw new Broken('I27', `${waiting.name} still waits for an answer`, waiting.name);
  const behind = world.people.find((person) => lacks(world, person));
  throw new Broken('I14', `${behind?.name} does not have the whole log`, behind && standOf(world, behind));
}

function noStaleSockets(world: World): void {
  for (const node of world.cluster.nodes()) {
    const stale = node.stale().length;
    if (stale > 0) throw new Broken('I26', `${node.process.name} keeps ${stale} dead sockets`, stale);
  }
}

const isMember = (world: World, { dlgId, userId }: Person): boolean =>
  dlgId !== undefined && world.checks.membership.isIn(dlgId, userId);

const isBusy = (person: Person): boolean => person.isWaiting || person.unknown.length > 0;

function standOf(world: World, { name, dlgId, seenUpTo, isOut, isClosed, isConnected, screen }: Person) {
  const head = dlgId ? world.checks.ledger.head(dlgId) : 0;
  const missing = dlgId && screen.copyOf(dlgId).missing(head);
  return {
    name,
    dlgId,
    head,
    seenUpTo,
    missing,
    isFilling: dlgId && screen.isFilling(dlgId),
    isOut,
    isClosed,
    isConnected,
  };
}

/** Whether a member has not been given everything, or has not fetched what was before. */
function lacks(world: World, person: Person): boolean {
  const { dlgId } = person;
  if (!dlgId || !isMember(world, person)) return false;
  const head = world.checks.ledger.head(dlgId);
  return person.seenUpTo < head || person.screen.copyOf(dlgId).missing(head) !== undefined;
}

/** Everybody has what the server has, and fetching it anew changes nothing (I19). */
function compare(world: World): void {
  const { ledger, sends } = world.checks;
  for (const dlgId of world.conversations) {
    world.checks.reread(dlgId, world.logOf(dlgId));
  }
  for (const person of world.people) {
    const { dlgId } = person;
    if (!dlgId || !isMember(world, person)) continue;
    // What somebody sent before leaving, twice by way of the network, may come even now.
    world.run(QUIET_MS, () => !lacks(world, person));
    const log = copyOf(ledger.log(dlgId)).list();
    sameOrBroken(`${person.userId} kept ${dlgId}`, person.screen.copyOf(dlgId).list(), log);
    const fresh = copyOf(fetched(world, person, dlgId)).list();
    sameOrBroken(`${person.userId} fetched ${dlgId}`, fresh.slice(0, log.length), log);
  }
  world.checks.hold(() => sends.atTheEnd(ledger));
  if (world.checks.broken) throw world.checks.broken;
}

/** A connection that is half open still takes its time to be given up. */
function fetched(world: World, person: Person, dlgId: DlgId): Received[] {
  for (let tries = 0; tries < 3; tries++) {
    let all: Received[] | undefined;
    let isOver = false;
    void person.screen
      .fetchAll(dlgId)
      .then((found) => (all = found), isRefusal)
      .finally(() => (isOver = true));
    world.run(QUIET_MS, () => isOver);
    if (all) return all;
    // Too fast, perhaps, after all that it had to send.
    world.run(PAUSE_MS);
  }
  throw new Broken('I14', `${person.userId} cannot fetch ${dlgId}`, person.userId);
}

function sameOrBroken(what: string, rows: readonly unknown[], log: readonly unknown[]): void {
  for (const [at, row] of log.entries()) {
    const own = rows[at];
    if (JSON.stringify(own) !== JSON.stringify(row))
      throw new Broken('I19', `${what} otherwise than it is`, [own, row]);
  }
  if (rows.length !== log.length)
    throw new Broken('I19', `${what}: ${rows.length} instead of ${log.length}`, rows.at(-1));
}

/** Sealed content is long and says nothing. */
const short = (_: string, value: unknown): unknown =>
  typeof value === 'string' && value.length > 60 ? `${value.slice(0, 20)}…` : value;
