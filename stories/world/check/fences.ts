import type { Sid } from '@trialogue/protocol';

import { Broken } from './broken.ts';

interface Client {
  sid: Sid;
  fence: number;
}

/** Which socket of each client is the newest, by what the database committed: I28. */
export class Fences {
  readonly #newest = new Map<Sid, number>();

  raised(client: Client | undefined): void {
    if (client) this.#newest.set(client.sid, Math.max(client.fence, this.#newest.get(client.sid) ?? 0));
  }

  /** Something that a socket sent was stored for the first time. */
  stored(client: Client | undefined): void {
    if (!client) return;
    const newest = this.#newest.get(client.sid) ?? 0;
    if (client.fence < newest) {
      throw new Broken(
        'I28',
        `socket ${client.fence} of ${client.sid} stored something after ${newest} took over`,
        client,
      );
    }
  }
}
