import type { Person } from './person.ts';
import type { Rng } from './rng.ts';
import type { World } from './world.ts';

type Deed = (world: World, who: Person, rng: Rng) => void;

/** What people, the platform and misfortune do, and how often against each other. */
const deeds = (cuts: number, kills: number): readonly (readonly [number, Deed])[] => [
  [30, (_, who) => who.type()],
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
  [cuts, (_, who) => who.cut()],
  [cuts / 2, (world, who, rng) => world.takeOffline(who, rng.whole(500, 15_000))],
  [kills / 2, (world, _, rng) => world.kill(rng.whole(100, 4_000))],
  [kills / 2, killInTheAct],
];

/** Does one thing, drawn from the seed. */
export function act(world: World, rng: Rng): void {
  const all = deeds(world.mood.cuts, world.mood.kills);
  let at = rng.next() * all.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, deed] of all) {
    at -= weight;
    if (at < 0) return deed(world, rng.pick(world.people), rng);
  }
}

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
  world.schedule.after(rng.whole(200, 8_000), `${who.userId} comes back`, () => who.reopen());
}

/** The server dies about when it stores something. */
function killInTheAct(world: World, who: Person, rng: Rng): void {
  who.type();
  const aboutThen = rng.whole(1, world.mood.network.latencyMs / 4 + world.mood.disk.commitMs);
  world.schedule.after(aboutThen, 'death', () => world.kill(rng.whole(100, 4_000)));
}
