import type { DlgId } from '@trialogue/protocol';
import type { Received } from '@trialogue/sdk/core';
import { shop } from '@trialogue/testkit';

import { Broken, type Invariant } from './check/broken.ts';
import { copyOf } from './copy.ts';
import type { Fault } from './faults.ts';
import type { Marker } from './markers.ts';
import type { Person } from './person.ts';
import { isRefusal } from './screen.ts';
import { act } from './script.ts';
import { takeOver } from './virtualTime.ts';
import { World } from './world.ts';

/**
 * After the last fault everybody holds everything within this time (I14). Longest: a half-open connection is given
 * up after 40 s of silence, then the client waits up to 30 s before it dials again.
 */
const QUIET_MS = 90_000;
const LOOK_MS = 100;
const PAUSE_MS = 5_000;

export interface Story {
  seed: number;
  steps: number;
  frames: number;
  messages: number;
  seen: ReadonlyMap<Marker, number>;
  hash: string;
  /** Virtual time from the last fault to when everybody held everything. */
  healedInMs: number;
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
export async function tellStory(
  seed: number,
  options: { fault?: Fault; show?: (line: string) => void } = {},
): Promise<Story> {
  const startedAt = performance.now();
  const world = new World(seed, options);
  const giveBack = takeOver(world.schedule, world.rng.fork('dice'));
  try {
    await world.begin();
    await talk(world);
    const healedInMs = await quieten(world);
    await compare(world);
    giveBack();
    return {
      seed,
      steps: world.steps,
      frames: world.network.frames,
      messages: world.conversations.reduce((sum, dlgId) => sum + world.checks.ledger.head(dlgId), 0),
      seen: world.seen,
      hash: world.trace.hash(),
      healedInMs,
      realMs: performance.now() - startedAt,
    };
  } catch (error) {
    throw new BrokenStory(world, seed, error);
  } finally {
    await world.end();
    giveBack();
  }
}

async function talk(world: World): Promise<void> {
  const rng = world.rng.fork('script');
  const end = world.schedule.now() + world.mood.storyMs;
  while (world.schedule.now() < end) {
    act(world, rng);
    await world.run(rng.delay(world.mood.pauseMs));
  }
}

async function quieten(world: World): Promise<number> {
  world.heal();
  const from = world.schedule.now();
  for (let waited = 0; waited < QUIET_MS; waited += LOOK_MS) {
    await world.run(LOOK_MS);
    for (const person of world.people) {
      person.sendAgain();
      if (person.isOut && person.dlgId && isMember(world, person)) person.turnTo(person.dlgId);
      if (lacks(world, person) && person.dlgId) void person.screen.fill(person.dlgId);
    }
    if (world.people.every((person) => !isBusy(person) && !lacks(world, person))) return world.schedule.now() - from;
  }
  const waiting = world.people.find(isBusy);
  if (waiting) throw new Broken('I27', `${waiting.userId} still waits for an answer`, waiting.userId);
  const behind = world.people.find((person) => lacks(world, person));
  throw new Broken('I14', `${behind?.userId} does not have the whole log`, behind && standOf(world, behind));
}

const isMember = (world: World, { dlgId, userId }: Person): boolean =>
  dlgId !== undefined && world.checks.membership.isIn(dlgId, userId);

const isBusy = (person: Person): boolean => person.isWaiting || person.unknown.length > 0;

function standOf(world: World, { userId, dlgId, seenUpTo, isOut, isClosed }: Person) {
  const head = dlgId ? world.checks.ledger.head(dlgId) : 0;
  return { userId, dlgId, head, seenUpTo, isOut, isClosed };
}

/** Whether a member has not been given everything, or has not fetched what was before. */
function lacks(world: World, person: Person): boolean {
  const { dlgId } = person;
  if (!dlgId || !isMember(world, person)) return false;
  const head = world.checks.ledger.head(dlgId);
  return person.seenUpTo < head || person.screen.copyOf(dlgId).missing(head) !== undefined;
}

/** Everybody has what the server has, and fetching it anew changes nothing (I19). */
async function compare(world: World): Promise<void> {
  const { ledger, sends } = world.checks;
  for (const dlgId of world.conversations) {
    world.checks.reread(dlgId, await world.store.messagesAfter({ appId: shop, dlgId }, 0, 10_000));
  }
  for (const person of world.people) {
    const { dlgId } = person;
    if (!dlgId || !isMember(world, person)) continue;
    const kept = person.screen.copyOf(dlgId).list();
    const fresh = copyOf(await fetched(world, person, dlgId)).list();
    const log = copyOf(ledger.log(dlgId)).list();
    sameOrBroken(`${person.userId} fetched ${dlgId}`, fresh, log);
    sameOrBroken(`${person.userId} kept ${dlgId}`, kept, log);
  }
  world.checks.hold(() => sends.atTheEnd(ledger));
  if (world.checks.broken) throw world.checks.broken;
}

/** A connection that is half open still takes its time to be given up. */
async function fetched(world: World, person: Person, dlgId: DlgId): Promise<Received[]> {
  for (let tries = 0; tries < 3; tries++) {
    let all: Received[] | undefined;
    let isOver = false;
    void person.screen
      .fetchAll(dlgId)
      .then((found) => (all = found), isRefusal)
      .finally(() => (isOver = true));
    await world.run(QUIET_MS, () => isOver);
    if (all) return all;
    // Too fast, perhaps, after all that it had to send.
    await world.run(PAUSE_MS);
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
