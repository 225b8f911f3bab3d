import { platformOf } from '@trialogue/testkit';

import { now } from '../clock.ts';
import { seatsOf, userIdOf } from '../seats.ts';
import { startServer, type ServerOptions } from '../server.ts';
import type { Side } from './side.ts';

const AT_ONCE = 32;

/** The built server, as it comes: SQLite, each message on disk (fsync) before its ack. */
export const trialogue = (options: ServerOptions = {}, id = 'trialogue', name = 'Trialogue'): Side => ({
  id,
  name,
  keeps: 'SQLite, fsync',
  dialect: 'trialogue',
  runs: ['S1', 'S2', 'S3', 'S5', 'S6', 'S7', 'S8'],
  lacks: () => undefined,
  async start() {
    const server = await startServer(options);
    const ask = platformOf(server.origin, server.appSecret);
    return {
      origin: server.origin.replace('http', 'ws'),
      async seat(plan) {
        const users = Array.from({ length: plan.users }, (_, user) => user);
        const tokens = new Map<number, string>();
        await together(users, async (user) => {
          await ask('PUT', `/users/${userIdOf(user)}`, { name: userIdOf(user), urole: 'user' });
          const { token } = await ask('POST', `/users/${userIdOf(user)}/tokens`, {});
          tokens.set(user, String(token));
        });
        const groupIds = new Map<number, string>();
        await together([...plan.groups.entries()], async ([group, members]) => {
          const parts = inParts(members.map((user) => ({ userId: userIdOf(user) })));
          const { dlgId } = await ask('POST', '/groups', { name: `Group ${group}`, members: parts.shift() });
          for (const part of parts) await ask('POST', `/groups/${String(dlgId)}/members`, { members: part });
          groupIds.set(group, String(dlgId));
        });
        return seatsOf(
          plan,
          (group) => groupIds.get(group) ?? '',
          (user) => tokens.get(user) ?? '',
        );
      },
      async crash() {
        const at = now();
        await server.crash();
        return (now() - at) / 1000;
      },
      died: () => server.died(),
      async stop() {
        const { code } = await server.stop();
        if (code !== 0) throw new Error(`the server ended with code ${code}`);
      },
    };
  },
});

async function together<Of>(all: readonly Of[], work: (one: Of) => Promise<void>): Promise<void> {
  const left = all.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const one of left) await work(one);
    }),
  );
}

/** As many as one request may name without making the others wait. */
const inParts = <Of>(all: readonly Of[]): Of[][] =>
  Array.from({ length: Math.ceil(all.length / 100) }, (_, part) => all.slice(part * 100, part * 100 + 100));
