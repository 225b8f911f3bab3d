import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { tempFolder } from '../folders.ts';
import { HistoryFile } from '../history/writer.ts';
import { judge } from '../judge.ts';
import type { Client } from '../load/client.ts';
import { Crowd } from '../load/crowd.ts';
import { SdkClient, type SdkClientOptions } from '../load/sdkClient.ts';
import { makeSeats, type Seat, type Shape } from '../load/seats.ts';
import { WireClient, type WireClientOptions } from '../load/wireClient.ts';
import { addAnomalies, emptyResult, hold, type Result, type Stage } from '../scenario.ts';
import { newSetup, startServer, type Server, type Setup } from '../server/server.ts';
import { within } from '../time.ts';

export interface PlayOptions {
  /** Part of the name of the history's file. */
  name: string;
  shape: Shape;
  setup?: Partial<Setup>;
  client?: Partial<WireClientOptions>;
  /** Further conversations, whose members use the SDK. It backs off, so nobody waits for their way back. */
  sdk?: Shape & Partial<SdkClientOptions>;
  dataDir?: string;
  /** An older database is put back, so logs become other logs. Else that is wrong: nothing was lost. */
  restores?: boolean;
  /** The server listens; nobody has connected. */
  beforeClients?: (server: Server) => void;
}

/** A server with a crowd on it, for a scenario to do harm to. */
export interface Play {
  setup: Setup;
  crowd: Crowd;
  seats: Seat[];
  result: Result;
  /** The process that runs now. */
  server: Server;
  /** Starts it anew, once it has ended. */
  restart(): Promise<Server>;
}

const HOME_MS = 60_000;
const LONG_MS = 5_000;

/**
 * Sets the stage, lets a scenario play, and then does what every run ends with: sending stops, everybody catches up, the
 * whole log is read, and the checker judges the history.
 */
export async function play(stage: Stage, options: PlayOptions, act: (play: Play) => Promise<void>): Promise<Result> {
  const result = emptyResult();
  const data = options.dataDir === undefined ? tempFolder('data') : undefined;
  const history = new HistoryFile(join(stage.folder, `${options.name}.jsonl`));
  const crowd = new Crowd(history);
  const setup = { ...(await newSetup(stage.bundle, options.dataDir ?? data?.path ?? '')), ...options.setup };
  const running: Play = {
    setup,
    crowd,
    seats: [],
    result,
    server: await startServer(setup),
    async restart() {
      running.server = await startServer(setup);
      return running.server;
    },
  };
  try {
    options.beforeClients?.(running.server);
    running.seats = await makeSeats(running.server.origin, setup.appSecret, options.shape);
    const url = () => running.server.wsUrl;
    for (const seat of running.seats) {
      const { userId } = seat;
      crowd.add(
        new WireClient({
          proc: userId,
          seat,
          url,
          history,
          random: stage.random,
          ears: crowd.ears,
          ...options.client,
        }),
      );
    }
    if (options.sdk) {
      for (const seat of await makeSeats(running.server.origin, setup.appSecret, options.sdk, 's')) {
        const client = { proc: seat.userId, seat, url, history, ears: crowd.ears, ...options.sdk };
        crowd.add(new SdkClient(client), { isPatient: options.shape.groups > 0 });
      }
    }
    await crowd.allHome(0, HOME_MS);
    crowd.send(true);
    await act(running);
    await end(crowd, result);
    const { renewed } = crowd;
    hold(
      result,
      options.restores === true || renewed.size === 0,
      `logEpoch has changed, and no log was restored (I6): ${[...renewed].join(', ')}`,
    );
  } finally {
    crowd.stop();
    await running.server.kill();
    history.close();
    data?.remove();
  }
  const verdict = await judge(history.path);
  result.acked += verdict.acked;
  result.received += verdict.received;
  addAnomalies(result, verdict.anomalies);
  const isClean = verdict.anomalies.length === 0 && result.broken.length === 0;
  if (stage.keepsAll || !isClean) result.histories.push(history.path);
  else rmSync(history.path);
  return result;
}

/** Everybody sees through what is under way and catches up; then one member of each conversation reads all of it. */
async function end(crowd: Crowd, result: Result): Promise<void> {
  const lasted = await crowd.settle(HOME_MS);
  if (lasted > LONG_MS)
    result.notes.push(`it took ${Math.round(lasted / 1_000)} s until all was answered and everybody had it`);
  const waiting = crowd.clients.filter((client) => !client.isIdle()).map(({ proc }) => proc);
  hold(
    result,
    waiting.length === 0,
    `still without an answer, a minute after the last fault (I27): ${waiting.join(', ')}`,
  );
  crowd.tellEnds();
  const readers = new Map<string, Client>();
  for (const client of crowd.clients) {
    for (const { dlg } of client.stands()) readers.set(dlg, client);
  }
  await within('the final reading', 300_000, Promise.all([...readers].map(([dlg, reader]) => reader.readAll(dlg))));
}
