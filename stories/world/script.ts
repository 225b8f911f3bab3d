import type { Machine } from './cluster.ts';
import type { Person } from './person.ts';
import type { Rng } from './rng.ts';
import type { World } from './world.ts';

type Deed = (world: World, who: Person, rng: Rng) => void;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const LONGEST_HAUNT_MS = 10_000;
const LOOK_MS = 20;
/** A client says how far it has read after this. */
const MARKS_MS = 300;

/** What people, the platform and misfortune do, and how often against each other. */
const deedsOf = ({ mood: { often } }: World): readonly (readonly [number, Deed])[] => [
  [30, (_, who) => who.type()],
  [3, (_, who, rng) => who.touchKeys(rng.chance(0.7))],
  [5, typeMuch],
  [6, (_, who) => who.sendAgain()],
  [6, (_, who, rng) => who.readUpTo(rng.whole(0, who.seenUpTo))],
  [6, scroll],
  [5, (world, who, rng) => who.turnTo(world.placeFor(who, rng))],
  [3, takeBack],
  [2, closeForAWhile],
  [1, (world, who, rng) => who.openPage(who.dlgId ?? world.placeFor(who, rng))],
  [2, (world, who, rng) => world.remove(rng.pick(world.conversations), who)],
  [3, (world, who, rng) => world.add(rng.pick(world.conversations), who)],
  [often.cuts, (_, who) => who.cut()],
  [often.cuts / 2, (world, who, rng) => world.takeOffline(who, rng.whole(500, 15_000))],
  [often.clogs, (world, who, rng) => world.network.clog(who.name, rng.chance(0.5), rng.whole(200, 20_000))],
  [often.clogs / 4, clogAll],
  [often.kills / 2, (world, _, rng) => world.cluster.kill(machineIn(world, rng), rng.whole(100, 4_000))],
  [often.kills / 2, killInTheAct],
  [often.stops, (world, _, rng) => world.cluster.stop(machineIn(world, rng), rng.whole(1_000, 60_000))],
  [2 * often.stops, haunt],
  [often.drains, (world, _, rng) => world.cluster.drain(machineIn(world, rng), rng.whole(100, 4_000))],
  [often.powerCuts, cutPowerInTheAct],
  [often.fullDisk, (world, _, rng) => world.fillDisk(rng.whole(500, 8_000))],
  [often.noDatabase, (world, _, rng) => world.cluster.cutOffDatabase(machineIn(world, rng), rng.whole(500, 20_000))],
  [often.noBus, (world, _, rng) => world.cluster.cutOffBus(machineIn(world, rng), rng.whole(500, 30_000))],
  [often.noBus / 2, (world, _, rng) => world.takeBusOut(rng.whole(500, 30_000))],
  [often.clockJumps, jumpClock],
  [often.revocations, (world, who) => world.revoke(who)],
];

/** Gives what happens next, drawn from the seed. */
export function scriptOf(world: World, rng: Rng): () => void {
  const deeds = deedsOf(world).filter(([often]) => often > 0);
  const all = deeds.reduce((sum, [often]) => sum + often, 0);
  return () => {
    let at = rng.next() * all;
    for (const [often, deed] of deeds) {
      at -= often;
      if (at < 0) return deed(world, rng.pick(world.people), rng);
    }
  };
}

const machineIn = (world: World, rng: Rng): Machine => rng.pick(world.cluster.machines);

/** Several lines in one breath. */
function typeMuch(_: World, who: Person, rng: Rng): void {
  for (let left = rng.whole(2, 5); left > 0; left--) who.type();
}

function scroll(_: World, who: Person, rng: Rng): void {
  const place = rng.whole(0, who.seenUpTo + 3);
  const limit = rng.whole(1, 30);
  const range = rng.pick([{ after: place }, { before: place + 1 }, {}]);
  void who.scroll(rng.chance(0.8) ? { ...range, limit } : range);
}

function takeBack(world: World, who: Person, rng: Rng): void {
  if (!who.dlgId) return;
  const own = who.screen
    .copyOf(who.dlgId)
    .list()
    .filter(({ fromuid }) => fromuid === who.userId);
  if (own.length > 0) world.recall(who.dlgId, who, rng.pick(own).seq);
}

function closeForAWhile(world: World, who: Person, rng: Rng): void {
  who.close();
  world.schedule.after(rng.whole(200, 8_000), `${who.name} comes back`, () => who.reopen());
}

/** A node dies about when it stores something. */
function killInTheAct(world: World, who: Person, rng: Rng): void {
  who.type();
  world.schedule.after(aboutThen(world, rng), 'death', () =>
    world.cluster.kill(machineIn(world, rng), rng.whole(100, 4_000)),
  );
}

/** A node is stopped with something said to it, and goes on when the client has just come back through another one. */
function haunt({ cluster, schedule, mood, mark }: World, who: Person, rng: Rng): void {
  const { connection } = who;
  const machine = connection && cluster.machineOf(connection);
  const process = machine?.node?.process;
  if (!machine || !process || process.isStopped) return;
  who.type();
  who.readUpTo(who.seenUpTo);
  cluster.stop(machine, LONGEST_HAUNT_MS);
  // By then what was said has arrived there.
  schedule.after(MARKS_MS + mood.network.latencyMs, 'the old socket is cut', () => connection.cut());
  const look = () => {
    if (!process.isStopped || process.isDead) return;
    if (!who.isConnected || who.connection === connection)
      return void schedule.after(LOOK_MS, 'has it come back', look);
    mark('node goes on after a takeover');
    process.goOn();
  };
  schedule.after(rng.whole(0, LOOK_MS), 'has it come back', look);
}

function cutPowerInTheAct(world: World, who: Person, rng: Rng): void {
  who.type();
  world.schedule.after(aboutThen(world, rng), 'dark', () => world.cutPower(rng.whole(100, 4_000)));
}

const aboutThen = ({ mood }: World, rng: Rng): number => rng.whole(1, mood.network.latencyMs / 4 + mood.disk.commitMs);

/** Stops one link after the other, and lets them go on in another order. */
function clogAll(world: World, _: Person, rng: Rng): void {
  for (const [at, { name }] of world.people.entries()) {
    world.schedule.after(at * 300, 'clog', () => world.network.clog(name, rng.chance(0.5), rng.whole(1_000, 15_000)));
  }
}

function jumpClock(world: World, _: Person, rng: Rng): void {
  const far = rng.pick([1_000, 10 * MINUTE_MS, DAY_MS]);
  world.cluster.jumpClock(machineIn(world, rng), rng.pick([far, -far]));
}
