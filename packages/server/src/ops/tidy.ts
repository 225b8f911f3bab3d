import { setTimeout as sleep } from 'node:timers/promises';

import type { Instant, Limits } from '@trialogue/protocol';

import type { Audit, ModerationStore } from '../chat/moderation/ports.ts';
import type { Retention } from '../chat/moderation/retention.ts';
import type { Clock, FileStore, HalfFiles, Store } from '../chat/ports.ts';

/** Between two steps, which others would otherwise share every commit with until the last one is done. */
const REST_MS = 20;

/** What a sweep needs of the store. */
type Sweeping = Pick<Store, 'dropMessages' | 'dropFiles'> & Pick<ModerationStore, 'dropReports'>;

interface Tidying {
  store: Pick<Store, 'forgetExpired' | 'dropShredded'> & Sweeping;
  files: Pick<FileStore, 'remove'> & { halves: Pick<HalfFiles, 'tidy'> };
  clock: Clock;
  limits: Pick<Limits, 'dedupeMs' | 'outboxMs' | 'uploadMs'>;
  /** The apps that do not keep everything for ever. */
  retentions: () => Promise<readonly Retention[]>;
  audit: Pick<Audit, 'note'>;
}

/** Forgets what is long over, and what is older than it is to be kept. Small steps, so that nobody waits for it. */
export async function tidy(at: Tidying): Promise<void> {
  const now = at.clock.now();
  await at.store.forgetExpired(now);
  await at.files.halves.tidy(now - at.limits.uploadMs);
  await dropShredded(at.store);
  for (const retention of await at.retentions()) await sweep(at, now, retention);
}

/**
 * Each step is a transaction of its own: where one stops, whether by a crash or not, the next sweep goes on. A file is
 * there before the message that names it, which may have waited in an outbox: files stay so much longer.
 */
async function sweep({ store, files, limits, audit }: Tidying, now: Instant, { appId, retentionMs }: Retention) {
  const before = now - retentionMs;
  const gone = { rows: 0, reports: 0, files: 0 };
  for (let rows; (rows = await store.dropMessages(before, now, limits.dedupeMs, appId)) > 0;) {
    gone.rows += rows;
    await sleep(REST_MS);
  }
  for (let reports; (reports = await store.dropReports(appId, before)) > 0;) {
    gone.reports += reports;
    await sleep(REST_MS);
  }
  for (let some; (some = await store.dropFiles(before - limits.outboxMs, appId)).length > 0;) {
    gone.files += some.length;
    for (const fileId of some) await files.remove(fileId);
    await sleep(REST_MS);
  }
  const all = Object.entries(gone).filter(([, count]) => count > 0);
  if (all.length === 0) return;
  const subject = all.map(([what, count]) => `${what}=${count}`).join(' ');
  await audit.note({ appId, actor: 'server', action: 'retention.swept', subject });
}

/** What is left of conversations that were destroyed, now or before a crash. */
export async function dropShredded(store: Pick<Store, 'dropShredded'>): Promise<void> {
  while ((await store.dropShredded()) > 0) await sleep(REST_MS);
}
