import type { Word } from '../../utils/i18n/index.ts';
import type { Entry } from './rows.ts';

/** What became of an own message: the words for it, how many have read it, and the refusal where there was one. */
export interface Fate {
  word: Word;
  readers: number;
  why?: string;
}

export function fateOf(
  { state, error }: Pick<Entry, 'state' | 'error'>,
  { delivered, read, others }: { delivered: number; read: number; others: number },
): Fate {
  const why = error !== undefined && isFromServer(error) ? error : undefined;
  switch (state) {
    case 'queued':
      return { word: waitWord(why), readers: 0 };
    case 'sending':
      return { word: 'sending', readers: 0 };
    case 'failed':
      return why === undefined ? { word: 'failed', readers: 0 } : { word: 'failedWhy', readers: 0, why };
    default:
      return { word: readWord(delivered, read, others), readers: read };
  }
}

/** What it waits for: the network, unless the server has said something else. */
function waitWord(why: string | undefined): Word {
  if (why === undefined) return 'queued';
  return why === 'rate.limited' ? 'queuedRate' : 'queuedServer';
}

/** What the SDK says by itself has no words of the server. */
const isFromServer = (error: string): boolean => !error.startsWith('sdk.');

function readWord(delivered: number, read: number, others: number): Word {
  if (read === 0) return delivered > 0 ? 'delivered' : 'sent';
  if (others === 1) return 'read';
  return read >= others ? 'readByAll' : 'readBy';
}
