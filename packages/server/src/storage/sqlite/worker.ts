import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';

import type { Call } from '../commands.ts';
import { openDatabase, type Database } from './database.ts';
import { commitTogether, readTogether, type Outcome } from './groupCommit.ts';
import { highWaterOf, noted } from './highWater.ts';
import { closeNoted, prepareToWrite } from './opening.ts';
import type { Answer, Ask, FromThread, ThreadSetup, ToThread } from './wire.ts';

/**
 * A storage thread. The writer puts whatever queued up while its last commit was under way into the next one; the
 * reader answers from its own connection, does the checkpoints, and notes how far the log has come, so that no commit
 * waits for that.
 *
 * An error that makes the disk untrustworthy is not caught anywhere: it ends the thread, and with it every answer (I32).
 */

/** A commit of so many calls takes a few milliseconds: more of them would only make the first one wait. */
const CALLS_PER_COMMIT = 128;

/** Of pages in the log that nobody could checkpoint yet, before the writer itself stops and helps: 64 MiB. */
const WAL_PAGES_MOST = 16_384;

const runners: Record<ThreadSetup['role'], (db: Database, calls: readonly Call[]) => Promise<Outcome[]>> = {
  writer: commitTogether,
  reader: readTogether,
};

async function serve(port: MessagePort, { role, file }: ThreadSetup): Promise<void> {
  const say = (message: FromThread) => port.postMessage(message);
  // A thread that reads has loaded its code by the time that the file is as it must be.
  if (role === 'reader') await new Promise((open) => port.once('message', open));
  const db = openDatabase(file, { readOnly: role === 'reader' });
  const warn = (warnings: readonly string[]) => {
    for (const what of warnings) say({ says: 'warning', what });
  };
  if (role === 'writer') warn(await prepareToWrite(file, db));

  const waiting: Ask[] = [];
  let isWorking = false;
  let isClosing = false;
  let noting = Promise.resolve();

  const hear = (message: ToThread) => {
    if (message.does === 'ask') waiting.push(...message.asks);
    else if (message.does === 'close') isClosing = true;
    else if (message.does === 'note') noting = noting.then(note);
    else if (message.does === 'checkpoint') {
      db.checkpoint();
      say({ says: 'checkpointed' });
    }
  };
  /** Gives way to whoever asks something meanwhile. */
  const note = async () => {
    warn(noted(file, await highWaterOf(db, () => nextTurn())));
  };
  /** Takes in what came while this thread was busy, without giving the event loop a turn for each message. */
  const hearAll = () => {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) hear(next.message as ToThread);
  };

  const work = async () => {
    if (isWorking) return;
    isWorking = true;
    for (hearAll(); waiting.length > 0; hearAll()) {
      const asks = waiting.splice(0, CALLS_PER_COMMIT);
      const from = performance.now();
      const outcomes = await runners[role](db, asks);
      const seconds = (performance.now() - from) / 1000;
      const answers = asks.map((ask, at) => toAnswer(ask, outcomes[at]));
      if (role === 'reader') {
        say({ says: 'answers', answers });
        continue;
      }
      const wal = db.wal();
      say({ says: 'answers', answers, wal, commit: { calls: asks.length, seconds } });
      if (wal.pages > WAL_PAGES_MOST) db.checkpoint();
    }
    isWorking = false;
    if (isClosing) {
      await noting;
      if (role === 'writer') await closeNoted(file, db);
      else db.close();
      port.off('message', onMessage);
      say({ says: 'closed' });
    }
  };
  const onMessage = (message: ToThread) => {
    hear(message);
    void work();
  };
  port.on('message', onMessage);
  say({ says: 'ready' });
}

function toAnswer({ id }: Ask, outcome: Outcome | undefined): Answer {
  if (!outcome) throw new Error('a call had no outcome');
  if ('value' in outcome) return { id, value: outcome.value };
  if ('refused' in outcome) return { id, refused: outcome.refused.refusal, detail: outcome.refused.detail };
  return { id, error: { message: outcome.error.message, stack: outcome.error.stack } };
}

if (!parentPort) throw new Error('worker.ts is started by threads.ts');
await serve(parentPort, workerData as ThreadSetup);
