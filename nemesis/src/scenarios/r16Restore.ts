import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { tempFolder } from '../folders.ts';
import type { Client } from '../load/client.ts';
import { hold, type Scenario, type Stage } from '../scenario.ts';
import { runCommand } from '../server/server.ts';
import { sleep, until, within } from '../time.ts';
import { play, type Play } from './play.ts';

const DATABASE = ['trialogue.db', 'trialogue.db-wal', 'trialogue.db-shm'];
const LOAD_MS = 1_000;
const ENDING_MS = 30_000;
const HOME_MS = 60_000;

/** R16: an older copy of the database is put back. Its logs are other logs: nobody mixes the two (I18). */
export const restore: Scenario = {
  name: 'R16',
  title: 'backup, more messages, restore',
  run(stage) {
    const times = stage.times ?? (stage.size === 'full' ? 5 : 1);
    return play(
      stage,
      {
        name: 'R16',
        shape: { groups: 6, members: 3 },
        client: { gapMs: () => 10 },
        setup: { limits: { drainMs: 500 } },
        sdk: { groups: 2, members: 2, gapMs: () => 20 },
        restores: true,
      },
      async (on) => {
        for (let time = 0; time < times; time++) await restoreOnce(stage, on, time % 2 === 1);
      },
    );
  },
};

/** `isWhole`: the whole folder is put back. The server cannot notice that by itself; whoever does it says so. */
async function restoreOnce({ random }: Stage, on: Play, isWhole: boolean): Promise<void> {
  const { crowd, result, setup } = on;
  const backup = tempFolder('backup');
  await sleep(random.between(200, LOAD_MS));
  await stop(on);
  crowd.fault('backup');
  cpSync(setup.dataDir, backup.path, { recursive: true });
  await on.restart();
  await crowd.allHome(0, HOME_MS);
  await sleep(LOAD_MS);

  await stop(on);
  const before = logs(on);
  crowd.fault('restore');
  if (isWhole) {
    for (const file of readdirSync(setup.dataDir)) rmSync(join(setup.dataDir, file), { recursive: true });
    cpSync(backup.path, setup.dataDir, { recursive: true });
    runCommand(setup, 'new-log-epoch');
  } else {
    for (const file of DATABASE) {
      rmSync(join(setup.dataDir, file), { force: true });
      if (existsSync(join(backup.path, file))) cpSync(join(backup.path, file), join(setup.dataDir, file));
    }
  }
  backup.remove();
  result.faults++;
  const at = performance.now();
  await on.restart();
  const isBack = (client: Client) => (client.homeSince() ?? -1) >= at;
  await until('everybody came back', () => crowd.clients.every(isBack), HOME_MS);
  result.convergencesMs.push(performance.now() - at);
  const after = logs(on);
  const same = [...after].filter((log) => before.has(log));
  hold(
    result,
    same.length === 0,
    `after an older database was restored, logs go by the same logEpoch (I18): ${same.join(', ')}`,
  );
  await sleep(random.between(200, LOAD_MS));
}

const logs = ({ crowd }: Play) => new Set(crowd.clients.flatMap((client) => client.stands().map(({ dlg }) => dlg)));

async function stop({ server }: Play): Promise<void> {
  server.send('SIGTERM');
  await within('the server to end after SIGTERM', ENDING_MS, server.ended);
}
