import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { HistoryFile } from '../history/writer.ts';
import { judge } from '../judge.ts';
import type { Client } from '../load/client.ts';
import { Crowd } from '../load/crowd.ts';
import { SdkClient, type SdkClientOptions } from '../load/sdkClient.ts';
import { makeSeats, type Seat, type Shape } from '../load/seats.ts';
import { WireClient, type WireClientOptions } from '../load/wireClient.ts';
import { addAnomalies, emptyResult, hold, type Result, type Stage } from '../scenario.ts';
import { within } from '../time.ts';

export interface PeopleOptions {
  /** Part of the name of the history's file. */
  name: string;
  shape: Shape;
  client?: Partial<WireClientOptions>;
  /** Further conversations, whose members use the SDK. It backs off, so nobody waits for their way back. */
  sdk?: Shape & Partial<SdkClientOptions>;
  /** An older database is put back, so logs become other logs. Else that is wrong: nothing was lost. */
  restores?: boolean;
}

/** What people connect to, and where their conversations are made. */
export interface Site {
  origin: () => string;
  wsUrl: () => string;
  appSecret: string;
  close(): Promise<void>;
}

/** Those who talk while a scenario does harm. */
export interface People {
  crowd: Crowd;
  seats: Seat[];
  result: Result;
}

const HOME_MS = 60_000;
const LONG_MS = 5_000;
/** One in so many gives up what a lost connection left without an answer. */
const GIVES_UP = 3;

/**
 * Brings people to a site, lets a scenario play, and then does what every run ends with: sending stops, everybody catches
 * up, the whole log is read, and the checker judges the history. The site is closed, whatever happens.
 */
export async function withPeople(
  stage: Stage,
  options: PeopleOptions,
  site: Site,
  act: (people: People) => Promise<void>,
): Promise<Result> {
  const result = emptyResult();
  const history = new HistoryFile(join(stage.folder, `${options.name}.jsonl`));
  const crowd = new Crowd(history);
  try {
    const seats = await makeSeats(site.origin(), site.appSecret, options.shape);
    const url = site.wsUrl;
    const { random } = stage;
    seats.forEach((seat, at) => {
      const client = { proc: seat.userId, seat, url, history, random, ears: crowd.ears };
      crowd.add(new WireClient({ ...client, givesUp: at % GIVES_UP === 0, ...options.client }));
    });
    if (options.sdk) {
      for (const seat of await makeSeats(site.origin(), site.appSecret, options.sdk, 's')) {
        const client = { proc: seat.userId, seat, url, history, ears: crowd.ears, ...options.sdk };
        crowd.add(new SdkClient(client), { isPatient: options.shape.groups > 0 });
      }
    }
    await crowd.allHome(0, HOME_MS);
    crowd.send(true);
    await act({ crowd, seats, result });
    await end(crowd, result);
    const { renewed } = crowd;
    hold(
      result,
      options.restores === true || renewed.size === 0,
      `logEpoch has changed, and no log was restored (I6): ${[...renewed].join(', ')}`,
    );
  } finally {
    crowd.stop();
    await site.close();
    history.close();
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
