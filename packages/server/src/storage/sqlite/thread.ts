import { Worker } from 'node:worker_threads';

import { Refused } from '@trialogue/protocol';

import type { Call } from '../commands.ts';
import type { Wal } from './database.ts';
import type { Answer, Ask, Commit, FromThread, ThreadSetup, ToThread } from './wire.ts';

/** A storage thread as the main thread sees it. */
export interface Thread {
  /** @throws {Refused} what the command refuses, or storage.unavailable (certainly not done) */
  ask(call: Call): Promise<unknown>;
  checkpoint(): void;
  /** Writes down how far the log has come. */
  note(): void;
  /** Calls that have no answer yet. */
  underWay(): number;
  /** Answers once everything asked before is done and the connection is closed. */
  close(): Promise<void>;
  /** Stops at once; what was asked has no answer. */
  kill(cause: Error): void;
}

/** The storage died while a command was under way: nobody knows whether it was done. Certainly not a refusal (I3). */
class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('The storage failed before it answered; whether the change was made is not known.', { cause });
    this.name = 'OutcomeUnknown';
  }
}

/** Calls under way after which more are refused: the storage cannot keep up, and memory is not a queue. */
const MOST_UNDER_WAY = 10_000;

/**
 * Starts a thread. Answers when its connection is open.
 *
 * @param prepared a thread that reads loads its code at once, and opens the file after this
 * @param on `death` is called once, when the thread has died after it was ready, or was killed.
 * @throws {Error} what the thread said when it could not open the database.
 */
export function startThread(
  setup: ThreadSetup,
  on: {
    wal?: (wal: Wal) => void;
    commit?: (commit: Commit) => void;
    warning: (what: string) => void;
    death: (cause: Error) => void;
  },
  prepared?: Promise<unknown>,
): Promise<Thread> {
  const worker = startWorker(setup);
  const underWay = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let posting: Ask[] = [];
  let isReady = false;
  let isCheckpointing = false;
  let death: Error | undefined;
  let closed: (() => void) | undefined;

  const post = (message: ToThread) => worker.postMessage(message);
  const postAsks = () => {
    if (!death) post({ does: 'ask', asks: posting });
    posting = [];
  };
  const settle = (answer: Answer) => {
    const caller = underWay.get(answer.id);
    underWay.delete(answer.id);
    if (!caller) return;
    if ('value' in answer) caller.resolve(answer.value);
    else if ('refused' in answer) caller.reject(new Refused(answer.refused, answer.detail));
    else caller.reject(Object.assign(new Error(answer.error.message), { stack: answer.error.stack }));
  };
  const die = (cause: Error) => {
    if (death) return;
    death = cause;
    for (const { reject } of underWay.values()) reject(new OutcomeUnknown(cause));
    underWay.clear();
    void worker.terminate();
    if (closed) closed();
    else if (isReady) on.death(cause);
  };

  const thread: Thread = {
    ask: ({ name, args }) =>
      new Promise((resolve, reject) => {
        if (death || closed || underWay.size >= MOST_UNDER_WAY) return reject(new Refused('storage.unavailable'));
        const id = ++lastId;
        underWay.set(id, { resolve, reject });
        // What else comes in by the end of this turn travels along: a message to a thread costs as much as a small write.
        if (posting.push({ id, name, args }) === 1) setImmediate(postAsks);
      }),
    checkpoint() {
      if (isCheckpointing || death || closed) return;
      isCheckpointing = true;
      post({ does: 'checkpoint' });
    },
    note() {
      if (!death && !closed) post({ does: 'note' });
    },
    underWay: () => underWay.size,
    close: () =>
      new Promise((resolve) => {
        if (death) return resolve();
        closed = resolve;
        setImmediate(() => post({ does: 'close' }));
      }),
    kill: die,
  };

  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      reject(error);
      die(error);
    };
    prepared?.then(() => post({ does: 'open' }), failed);
    worker.on('error', failed);
    worker.on('exit', (code) => failed(new Error(`The storage's ${setup.role} thread ended with code ${code}.`)));
    worker.on('message', (message: FromThread) => {
      if (death) return;
      if (message.says === 'ready') {
        isReady = true;
        resolve(thread);
      } else if (message.says === 'warning') on.warning(message.what);
      else if (message.says === 'checkpointed') isCheckpointing = false;
      else if (message.says === 'closed') void worker.terminate();
      else {
        for (const answer of message.answers) settle(answer);
        if (message.wal) on.wal?.(message.wal);
        if (message.commit) on.commit?.(message.commit);
      }
    });
  });
}

/** Built, the thread's code lies beside ours as a file of its own; from source it is TypeScript. */
function startWorker(workerData: ThreadSetup): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./storageWorker.js', import.meta.url), { workerData });
  }
  const execArgv = ['-C', '@trialogue/source'];
  return new Worker(new URL('./workerFromSource.mjs', import.meta.url), { execArgv, workerData });
}
