import { limits as defaults, type Limits } from '@trialogue/protocol';

import type { SignIn } from '../access/signIn.ts';
import type { Log } from '../chat/chat.ts';
import type { Bus, Clock, Presence } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { createBulkhead } from './bulkhead.ts';
import { Driver, type DriverPorts, type Line } from './driver.ts';
import { startFanout } from './fanout.ts';
import { createMembers } from './members.ts';
import { watchPresence } from './presence.ts';
import { watchDatabase } from './pulse.ts';
import { createRegistry, type Registry } from './registry.ts';
import { watchTails } from './tails.ts';
import { machineTimers, type Timers } from './timers.ts';

export interface SwitchboardPorts {
  chat: DriverPorts['chat'];
  log: Log;
  signIn: Pick<SignIn, 'authenticate' | 'endedAmong'>;
  bus: Bus;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  limits?: Limits;
  timers?: Timers;
  registry?: Registry;
}

/** Everything of the gateway but the network: whoever has sockets plugs them in here. */
export interface Switchboard {
  /** One more socket, of nobody yet. */
  plug(line: Line): Driver;
  presence: Presence;
  stop(): void;
}

/** Tokens that are checked, and pages that are read, at the same time. */
const CHECKS_AT_ONCE = 64;
const PAGES_AT_ONCE = 32;

export function createSwitchboard({
  limits = defaults,
  timers = machineTimers,
  registry = createRegistry({ limits, timers }),
  ...ports
}: SwitchboardPorts): Switchboard {
  const members = createMembers(ports.log, timers);
  const at = { ...ports, limits, timers, registry, members };
  const presence = watchPresence(at);
  const stops = [presence.stop, startFanout({ ...at, presence }), watchTails(at), watchDatabase(at)];
  const driverPorts: DriverPorts = {
    ...at,
    online: async (place) => [...(await members.of(place))].filter((userId) => presence.isOnline(place.appId, userId)),
    checks: createBulkhead(CHECKS_AT_ONCE),
    pages: createBulkhead(PAGES_AT_ONCE),
  };
  return {
    plug: (line) => new Driver(driverPorts, line),
    presence,
    stop: () => stops.forEach((stop) => stop()),
  };
}
