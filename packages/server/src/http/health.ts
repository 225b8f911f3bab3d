import { Refused } from '@trialogue/protocol';
import type { FastifyInstance } from 'fastify';

import type { Store } from '../chat/ports.ts';
import { success } from './envelope.ts';

const LONGEST_PING_MS = 2_000;

/** For the machines that look after this one. */
export function serveHealth(
  app: FastifyInstance,
  at: {
    store: Pick<Store, 'ping'>;
    metrics: { print(): Promise<{ type: string; text: string }> };
    isDraining: () => boolean;
    /** Where there are other nodes: whether they can be told anything. */
    isBusConnected?: () => boolean;
    /** Where files lie somewhere else: whether they can be reached. */
    areFilesConnected?: () => Promise<boolean>;
  },
): void {
  app.get('/healthz', { config: { operation: 'healthz' } }, async () => success({ alive: true }));

  app.get('/readyz', { config: { operation: 'readyz', manner: 'platform' } }, async () => {
    if (at.isDraining()) throw new Refused('server.draining');
    if (!(await answers(at.store.ping()))) throw new Refused('storage.unavailable');
    // Without its bus a node serves on: what it is not told it looks for.
    const bus = at.isBusConnected && { bus: at.isBusConnected() ? 'connected' : 'lost' };
    // And without its files: what people write goes on.
    const files = at.areFilesConnected && { files: (await at.areFilesConnected()) ? 'connected' : 'lost' };
    return success({ ready: true, ...bus, ...files });
  });

  app.get('/metrics', { config: { operation: 'metrics' } }, async (_, reply) => {
    const { type, text } = await at.metrics.print();
    return reply.type(type).send(text);
  });
}

async function answers(ping: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, LONGEST_PING_MS, false);
  });
  const answered = ping.then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
