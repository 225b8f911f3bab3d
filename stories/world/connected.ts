import type { Instant, Seq } from '@trialogue/protocol';

import { Broken } from './check/broken.ts';
import type { Connection } from './network.ts';
import type { Person } from './person.ts';
import type { World } from './world.ts';

/** Whoever is connected, and stays so, is given a message within this time: two looks of the gateway at the log. */
const LONGEST_MS = 24_000;

interface Followed {
  connection: Connection;
  /** What the log had, and when, that has not been given to all of them yet. */
  goal: Seq;
  since: Instant;
}

/** Those whose connection has come through all faults, for as long as it lasts: how far they are behind (I15). */
export class Connected {
  readonly #world: World;
  readonly #followed = new Map<Person, Followed>();
  /** The longest that anybody has been behind. */
  lagMs: number | undefined;

  constructor(world: World) {
    this.#world = world;
    // A node that is going sends them away.
    const staying = new Set(world.cluster.nodes().flatMap((node) => (node.isServing ? [...node.connections] : [])));
    for (const person of world.people) {
      const { connection } = person;
      if (!connection || !staying.has(connection) || headFor(world, person) === undefined) continue;
      this.#followed.set(person, { connection, goal: 0, since: 0 });
      this.lagMs = 0;
    }
  }

  look(): void {
    const now = this.#world.schedule.now();
    for (const [person, followed] of this.#followed) {
      const head = headFor(this.#world, person);
      if (head === undefined || person.connection !== followed.connection) {
        this.#followed.delete(person);
        continue;
      }
      if (person.seenUpTo >= followed.goal) Object.assign(followed, { goal: head, since: now });
      if (person.seenUpTo >= head) continue;
      const lagMs = now - followed.since;
      this.lagMs = Math.max(this.lagMs ?? 0, lagMs);
      if (lagMs > LONGEST_MS) {
        const { userId, dlgId, seenUpTo } = person;
        const witness = { userId, dlgId, head, seenUpTo, goal: followed.goal };
        throw new Broken('I15', `${userId} is connected and has been behind for ${lagMs} ms`, witness);
      }
    }
  }
}

/** What a member who is connected and has the conversation open is to be given. */
function headFor(world: World, person: Person): Seq | undefined {
  const { dlgId, isConnected, userId } = person;
  if (!dlgId || !isConnected || person.screen.upTo(dlgId) === undefined) return undefined;
  return world.checks.membership.isIn(dlgId, userId) ? world.checks.ledger.head(dlgId) : undefined;
}
