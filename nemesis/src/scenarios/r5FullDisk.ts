import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { lacksMemoryDisk, mountMemory } from '../faults/disks.ts';
import { tempFolder } from '../folders.ts';
import { hold, type Scenario } from '../scenario.ts';
import { comesTrue, sleep, until, within } from '../time.ts';
import { play, type Play } from './play.ts';
import { inWords } from './rounds.ts';

const FULL_MS = 60_000;
const RESUMED_MS = 30_000;
/** Long messages meet the end of the disk sooner. */
const TEXT_LENGTH = 4_000;

/** R5: the disk is full, and later there is space again (I31). */
export const fullDisk: Scenario = {
  name: 'R5',
  title: 'disk full, then freed',
  lacks: lacksMemoryDisk,
  async run(stage) {
    const times = stage.times ?? (stage.size === 'full' ? 50 : 2);
    const folder = tempFolder('full');
    const disk = mountMemory(join(folder.path, 'disk'), stage.size === 'full' ? 384 : 96);
    try {
      const options = {
        name: 'R5',
        shape: { groups: 5, members: 2 },
        dataDir: disk.path,
        client: { textLength: TEXT_LENGTH, gapMs: () => 5 },
      };
      return await play(stage, options, async (on) => {
        for (let cycle = 0; cycle < times; cycle++) await fillOnce(on, disk.path);
        on.result.notes.push(`refused meanwhile: ${inWords(on.crowd.refusals)}`);
      });
    } finally {
      disk.unmount();
      folder.remove();
    }
  },
};

async function fillOnce(on: Play, path: string): Promise<void> {
  const { crowd, result, server } = on;
  const ballast = join(path, 'ballast');
  const refused = () => crowd.refusals.get('storage.full') ?? 0;
  const before = refused();
  crowd.fault('disk full');
  fill(ballast);
  const wasFull = await comesTrue(() => refused() > before + 3 || server.end() !== undefined, FULL_MS);
  hold(result, wasFull, 'nobody was refused storage.full on a full disk (I31)');
  result.faults++;
  await sleep(300);
  const [reader] = crowd.clients;
  const dlg = reader?.stands()[0]?.dlg;
  if (reader && dlg !== undefined) {
    const reads = await within('a reading on a full disk', 20_000, reader.readAll(dlg, { isFinal: false })).then(
      () => true,
      () => false,
    );
    hold(result, reads, 'the log could not be read while the disk was full (I31)');
  }
  crowd.fault('disk freed');
  const freedAt = performance.now();
  crowd.awaitFirstAck({ onNew: false });
  rmSync(ballast);
  await until(
    'the first ack on a freed disk',
    () => crowd.firstAckAt() !== undefined || server.end() !== undefined,
    RESUMED_MS,
  );
  hold(
    result,
    server.end() === undefined,
    `the server ended over a full disk (I31): ${server.lastWords().slice(-300)}`,
  );
  if (server.end() !== undefined) await on.restart();
  result.recoveriesMs.push((crowd.firstAckAt() ?? performance.now()) - freedAt);
  await sleep(200);
}

/** Takes all the space there is. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [1 << 20, 1 << 12]) {
      try {
        for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}
