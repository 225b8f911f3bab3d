import { fileURLToPath } from 'node:url';

import { seatsOf } from '../seats.ts';
import { startProgram } from './program.ts';
import type { Side } from './side.ts';

const program = fileURLToPath(new URL('programs/ceiling.mjs', import.meta.url));

/** Four digits, as the program wants them. */
const nameOf = (group: number): string => group.toString(36).padStart(4, '0');

const side = (id: string, name: string, writes: 'each' | 'turn'): Side => ({
  id,
  name,
  keeps: 'nothing; no server, only sockets',
  dialect: 'bare',
  runs: ['S1', 'S2'],
  lacks: () => undefined,
  async start() {
    const server = await startProgram(process.execPath, [program], {
      env: { PATH: process.env['PATH'], WRITES: writes, PORT: '0' },
      ready: /listening on (\d+)/,
    });
    return {
      origin: `ws://127.0.0.1:${server.ready[1]}`,
      seat: async (plan) => seatsOf(plan, nameOf, () => ''),
      crash: () => Promise.reject(new Error('there is nothing to come back to')),
      died: server.died,
      stop: async () => void (await server.stop()),
    };
  },
});

/** Raw sockets of Node with prebuilt frames: what no server of Node can pass. */
export const ceilings: Side[] = [
  side('ceiling', 'raw sockets', 'each'),
  side('ceiling-coalesced', 'raw sockets, coalesced', 'turn'),
];
