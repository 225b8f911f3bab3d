import type { AppId } from '@trialogue/protocol';

import type { App } from '../chat/ports.ts';

/** Which pages of other sites may embed ours, call the API and open sockets. Exact origins. */
export interface Origins {
  /** Those of one app; of the first when none is named; nobody's when there is no such app. */
  of(appId?: string): readonly string[];
  /** Whether any app knows it. */
  has(origin: string): boolean;
}

export function originsOf(apps: readonly App[], first: AppId): Origins {
  const byApp = new Map<string, readonly string[]>(apps.map((app) => [app.appId, app.origins]));
  const all = new Set([...byApp.values()].flat());
  return {
    of: (appId = first) => byApp.get(appId) ?? [],
    has: (origin) => all.has(origin),
  };
}

/** The same, and it looks again when it is asked to: apps are made while the server runs. */
export async function keepOrigins(
  apps: () => Promise<readonly App[]>,
  first: AppId,
): Promise<Origins & { look(): Promise<void> }> {
  let now = originsOf(await apps(), first);
  return {
    of: (appId) => now.of(appId),
    has: (origin) => now.has(origin),
    async look() {
      now = originsOf(await apps(), first);
    },
  };
}
