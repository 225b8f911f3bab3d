import { id, type AppId, type DlgId } from '@trialogue/protocol';

import type { Log } from '../chat/chat.ts';
import type { Logger } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Registry } from './registry.ts';
import { everySoOften, type Timers } from './timers.ts';

export interface PulsePorts {
  log: Pick<Log, 'headsOf'>;
  registry: Registry;
  logger: Logger;
  metrics: Metrics;
  timers: Timers;
}

const ASK_EVERY_MS = 1_000;
/** A node that has not reached the log for so long sends its sockets to another one. */
export const CUT_OFF_MS = 10_000;
/** All of them within this, each at a moment of its own. */
const SPREAD_MS = 2_000;
const somewhere = [{ appId: id<AppId>('-'), dlgId: id<DlgId>('-') }];

/**
 * Closes the sockets of a node that is cut off from its database (I36). What has to be asked fails by itself at once; but a
 * quiet socket asks nothing, and its user would not know.
 *
 * @returns how to stop.
 */
export function watchDatabase({ log, registry, logger, metrics, timers }: PulsePorts): () => void {
  /** When the last question was asked that had an answer. */
  let goodAt = timers.now();
  const leave = () => {
    goodAt = timers.now();
    metrics.failed('gateway.database');
    logger.error('the database has not answered for too long; the sockets are closed', {});
    for (const listener of registry.all()) {
      timers.after(SPREAD_MS * timers.chance(), () => listener.tell({ type: 'failed' }));
    }
  };
  const ask = () => {
    const askedAt = timers.now();
    log.headsOf(somewhere).then(
      () => (goodAt = Math.max(goodAt, askedAt)),
      () => {},
    );
    if (askedAt - goodAt >= CUT_OFF_MS) leave();
  };
  return everySoOften(timers, ASK_EVERY_MS, ask);
}
