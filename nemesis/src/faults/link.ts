import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import { onEnd } from '../cleanUp.ts';

/** A stretch of the network between one node and something it needs. */
export interface Link {
  port: number;
  /** Connections break, and new ones break at once. */
  cut(): void;
  /** Connections stay open, new ones are taken, and nothing arrives in either direction. */
  silence(): void;
  /** New connections get through again; what was silent goes on where it stopped. */
  heal(): void;
  close(): void;
}

export async function startLink(to: number): Promise<Link> {
  const pairs = new Set<readonly [near: Socket, far: Socket]>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  const open = ([near, far]: readonly [Socket, Socket]) => void near.pipe(far).pipe(near);
  const silence = ([near, far]: readonly [Socket, Socket]) => {
    near.unpipe(far).pause();
    far.unpipe(near).pause();
  };
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    if (state === 'cut') return void near.destroy();
    const far = connect(to, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    near.on('close', () => far.destroy());
    far
      .on('error', () => far.destroy())
      .on('close', () => {
        near.destroy();
        pairs.delete(pair);
      });
    if (state === 'silent') silence(pair);
    else open(pair);
  });
  const breakAll = () => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut';
      breakAll();
    },
    silence() {
      state = 'silent';
      for (const pair of pairs) silence(pair);
    },
    heal() {
      if (state === 'silent') for (const pair of pairs) open(pair);
      state = 'open';
    },
    close: onEnd(() => {
      server.close();
      breakAll();
    }),
  };
}
