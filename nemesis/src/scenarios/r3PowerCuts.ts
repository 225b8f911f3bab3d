import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Checker } from '../check/checker.ts';
import { lacksCuttableDisk, makeCuttableDisk, type Mount } from '../faults/disks.ts';
import type { HistoryEvent } from '../history/event.ts';
import { HistoryInMemory } from '../history/writer.ts';
import { Crowd } from '../load/crowd.ts';
import { makeSeats, type Seat } from '../load/seats.ts';
import { WireClient } from '../load/wireClient.ts';
import { addAnomalies, emptyResult, hold, type Result, type Scenario, type Stage } from '../scenario.ts';
import { newSetup, startServer, type Server, type Setup } from '../server/server.ts';
import { sleep, within } from '../time.ts';
import { inRounds } from './rounds.ts';

const CUTS_A_DISK = 10;
/** For acknowledgements that were on their way when the server was stopped. */
const ON_THE_WAY_MS = 40;
const SHAPE = { groups: 10, members: 2 };

/** R3: the power goes; what was acknowledged is on the disk (I8). */
export const powerCuts: Scenario = {
  name: 'R3',
  title: 'power cut images, synchronous=FULL',
  lacks: lacksCuttableDisk,
  async run(stage) {
    const times = stage.times ?? (stage.size === 'full' ? 100 : 2);
    return await inRounds(
      times,
      CUTS_A_DISK,
      (cuts) => cutsOfOneDisk(stage, cuts),
      ({ faults, acked }) => stage.say(`${faults} of ${times} cuts, ${acked} acknowledged`),
    );
  },
};

export async function cutsOfOneDisk(stage: Stage, times: number): Promise<Result> {
  const result = emptyResult();
  const disk = makeCuttableDisk();
  const history = new HistoryInMemory();
  const crowd = new Crowd(history);
  const dataDir = join(disk.path, 'data');
  mkdirSync(dataDir);
  const setup = await newSetup(stage.bundle, dataDir);
  const server = await startServer(setup);
  try {
    const seats = await makeSeats(server.origin, setup.appSecret, SHAPE);
    for (const seat of seats) crowd.add(clientOf(seat, server, history, crowd, stage));
    await crowd.allHome(0, 30_000);
    // The groups are there in any image.
    await sleep(100);
    for (let cut = 0; cut < times; cut++) {
      crowd.send(true);
      await sleep(stage.random.between(100, 900));
      server.send('SIGSTOP');
      await sleep(ON_THE_WAY_MS);
      crowd.fault('power cut');
      const before = [...history.events];
      let image: Mount;
      try {
        image = disk.cut();
      } finally {
        server.send('SIGCONT');
      }
      // The image is judged while nobody writes: two servers would only slow each other down.
      crowd.send(false);
      result.faults++;
      await judgeImage(stage, { result, setup, seats, before, image });
      image.unmount();
    }
    result.acked = crowd.acked;
  } finally {
    crowd.stop();
    await server.kill();
    disk.remove();
  }
  return result;
}

const clientOf = (
  seat: Seat,
  server: Server,
  history: HistoryInMemory,
  crowd: Crowd,
  { random }: Stage,
  proc = seat.userId,
) =>
  new WireClient({
    proc,
    seat,
    url: () => server.wsUrl,
    history,
    random,
    ears: crowd.ears,
    gapMs: () => random.between(1, 8),
  });

interface Cut {
  result: Result;
  setup: Setup;
  seats: readonly Seat[];
  /** What had happened when the power went. */
  before: readonly HistoryEvent[];
  image: Mount;
}

/** Starts the server on what is left, reads everything, and holds it against what had happened before. */
async function judgeImage(stage: Stage, { result, setup, seats, before, image }: Cut): Promise<void> {
  const after = new HistoryInMemory();
  const readers = new Crowd(after);
  const again = {
    ...(await newSetup(setup.bundle, join(image.path, 'data'))),
    appSecret: setup.appSecret,
    masterKey: setup.masterKey,
  };
  let server: Server | undefined;
  try {
    server = await startServer(again);
    const one = new Map(seats.map((seat) => [seat.dlgIds.join(), seat]));
    for (const seat of one.values()) readers.add(clientOf(seat, server, after, readers, stage, `after ${seat.userId}`));
    await readers.allHome(0, 30_000);
    const readings = readers.clients.flatMap((client) =>
      client.stands().map(({ dlg }) => (client as WireClient).readAll(dlg)),
    );
    const found = new Set(readers.clients.flatMap((client) => client.stands().map(({ dlg }) => dlg)));
    const known = new Set(before.flatMap((event) => ('dlg' in event ? [event.dlg] : [])));
    hold(
      result,
      [...found].every((log) => known.has(log)),
      'logEpoch has changed over a power cut, and nothing was lost (I6)',
    );
    await within('reading the image', 60_000, Promise.all(readings));
  } catch (error) {
    hold(result, false, `the server could not serve what a power cut left: ${String(error)}`);
  } finally {
    readers.stop();
    await server?.kill();
  }
  const events = [...before, ...after.events.filter((event) => event.f === 'hist' && event.final)];
  const checker = new Checker();
  for (const event of events) checker.take(event);
  const { anomalies, received } = checker.finish();
  result.received += received;
  addAnomalies(result, anomalies);
  if (anomalies.length === 0) return;
  const path = join(stage.folder, `R3-cut-${Date.now()}.jsonl`);
  writeFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  result.histories.push(path);
}
