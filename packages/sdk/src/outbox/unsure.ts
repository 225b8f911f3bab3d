import { MOST_ENTRIES } from './outbox.ts';

/**
 * Remembers the sealed bytes of messages whose promise ended without an answer of the server.
 *
 * Sealing the same text again gives other bytes, and the server, should it have stored the first, would take them for
 * another message under the same id. So a retry by the application must use the first ones.
 */
export interface Unsure {
  keep(key: string, content: string): void;
  contentOf(key: string): string | undefined;
  forget(key: string): void;
}

/** For as long as the page lives. */
export function unsureInMemory(): Unsure {
  const contents = new Map<string, string>();
  return {
    keep(key, content) {
      contents.set(key, content);
      const [oldest] = contents.keys();
      if (contents.size > MOST_ENTRIES && oldest !== undefined) contents.delete(oldest);
    },
    contentOf: (key) => contents.get(key),
    forget: (key) => void contents.delete(key),
  };
}
