import { same, type Kept, type OutboxStore } from './store.ts';

const DATABASE = 'trialogue';
const OUTBOX = 'outbox';

/**
 * Keeps the outbox in the browser. Every call fails where there is no IndexedDB, or where the very access to it throws:
 * some private windows, some frames.
 */
export function indexedDbStore(): OutboxStore {
  let database: Promise<IDBDatabase> | undefined;

  const open = () =>
    (database ??= new Promise((resolve, reject) => {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () =>
        opening.result.createObjectStore(OUTBOX, { keyPath: ['user', 'dlgId', 'clientMsgId'] });
      opening.onsuccess = () => {
        // A browser may take it away, to make room for instance; the next call opens it again.
        opening.result.onclose = () => (database = undefined);
        resolve(opening.result);
      };
      opening.onerror = () => reject(opening.error);
    }));

  async function run<T>(mode: IDBTransactionMode, ask: (outbox: IDBObjectStore) => IDBRequest): Promise<T> {
    const transaction = (await open()).transaction(OUTBOX, mode);
    return new Promise((resolve, reject) => {
      const request = ask(transaction.objectStore(OUTBOX));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }
  return {
    // An array sorts after every string: these are all the keys that begin with the user.
    all: (user, keeperOf = same) =>
      run('readwrite', (outbox) => {
        const asked: IDBRequest<Kept[]> = outbox.getAll(IDBKeyRange.bound([user], [user, []]));
        asked.onsuccess = () => {
          for (const kept of asked.result) {
            const by = keeperOf(kept.by);
            if (by !== kept.by) outbox.put(Object.assign(kept, { by }));
          }
        };
        return asked;
      }),
    keep: (kept) => run('readwrite', (outbox) => outbox.put(kept)),
    forget: ({ user, dlgId, clientMsgId }) => run('readwrite', (outbox) => outbox.delete([user, dlgId, clientMsgId])),
  };
}
