import type { AppId } from '@trialogue/protocol';

import type { DeskStore } from '../desk/ports.ts';
import { settingsOf } from '../desk/settings.ts';
import type { KeyWrap, Store, Warn } from '../ports.ts';

const DAY_MS = 24 * 60 * 60_000;

/** For how long an app keeps what is said. */
export interface Retention {
  appId: AppId;
  retentionMs: number;
}

/**
 * The apps that keep for a bounded time, each for the shorter of its own and the server's. Of an app whose settings
 * cannot be read nothing is destroyed.
 */
export async function retentions(
  at: { store: Pick<Store, 'listApps'>; desk: Pick<DeskStore, 'readSettings'>; keys: KeyWrap; warn: Warn },
  serverMs: number | undefined,
): Promise<Retention[]> {
  const found: Retention[] = [];
  for (const { appId } of await at.store.listApps()) {
    try {
      const { retentionDays } = await settingsOf(at, appId);
      const retentionMs = Math.min(
        serverMs ?? Infinity,
        retentionDays === undefined ? Infinity : retentionDays * DAY_MS,
      );
      if (retentionMs < Infinity) found.push({ appId, retentionMs });
    } catch (error) {
      at.warn('retention: the settings of an app cannot be read', { appId }, error);
    }
  }
  return found;
}
