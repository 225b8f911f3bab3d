import type { Actor, Bus, Client, Clock, Store, Warn } from './ports.ts';
import { tell } from './tell.ts';

/** From its answer on nothing that an older socket of this client still sends is stored (I28). */
export const takeOver =
  (at: { store: Store; bus: Bus; clock: Clock; warn: Warn }) =>
  async (actor: Actor & { client: Client }): Promise<boolean> => {
    const { appId, userId, client } = actor;
    if (!(await at.store.raiseFence(actor, at.clock.now()))) return false;
    tell(at, { kind: 'replaced', appId, userId, ...client });
    return true;
  };
