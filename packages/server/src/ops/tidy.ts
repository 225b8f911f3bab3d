import { setTimeout as sleep } from 'node:timers/promises';

import type { Limits } from '@trialogue/protocol';

import type { Clock, FileStore, HalfFiles, Store } from '../chat/ports.ts';

/** Between two steps, which others would otherwise share every commit with until the last one is done. */
const REST_MS = 20;

/**
 * Forgets what is long over, and what is older than it is to be kept. Small steps, so that nobody waits for it.
 *
 * A file is there before the message that names it, which may have waited in an outbox: files stay so much longer.
 */
export async function tidy(at: {
  store: Pick<Store, 'forgetExpired' | 'dropMessages' | 'dropFiles'>;
  files: Pick<FileStore, 'remove'> & { halves: Pick<HalfFiles, 'tidy'> };
  clock: Clock;
  limits: Pick<Limits, 'dedupeMs' | 'outboxMs' | 'uploadMs'>;
  /** Absent: messages and files are kept for ever. */
  retentionMs?: number | undefined;
}): Promise<void> {
  const now = at.clock.now();
  await at.store.forgetExpired(now);
  await at.files.halves.tidy(now - at.limits.uploadMs);
  if (at.retentionMs === undefined) return;
  const before = now - at.retentionMs;
  while ((await at.store.dropMessages(before, now, at.limits.dedupeMs)) > 0) await sleep(REST_MS);
  for (;;) {
    const dropped = await at.store.dropFiles(before - at.limits.outboxMs);
    if (dropped.length === 0) return;
    for (const fileId of dropped) await at.files.remove(fileId);
    await sleep(REST_MS);
  }
}
