import type { Seq } from '@trialogue/protocol';

import type { Entry } from '../../components/ChatList/rows.ts';
import { summary } from '../../components/ChatList/summary.ts';

/**
 * Where a history says something. The server cannot look: it never sees a word of it. Letters are compared without
 * regard to case, width or form, so that ＡＢＣ is abc; of several words each must be there, as Chinese needs no blanks.
 */
export function findIn(rows: readonly Entry[], sought: string, nameOf: (userId: string) => string): Seq[] {
  const words = plain(sought).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found: Seq[] = [];
  for (const { seq, said, recalled } of rows) {
    if (seq === undefined || recalled || said.type === 'system') continue;
    const text = plain(wordsOf(said, nameOf));
    if (words.every((word) => text.includes(word))) found.push(seq);
  }
  return found;
}

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();

/** What stands in a message: its line, and what is written below a picture. */
function wordsOf(said: Entry['said'], nameOf: (userId: string) => string): string {
  const more = 'text' in said && typeof said.text === 'string' ? said.text : '';
  const title = 'title' in said && typeof said.title === 'string' ? said.title : '';
  return `${summary(said, nameOf)}\n${more}\n${title}`;
}

/** The hit that is shown after another set of them has come: the same one, else the newest. */
export function keepHit(hits: readonly Seq[], current: Seq | undefined): Seq | undefined {
  return current !== undefined && hits.includes(current) ? current : hits.at(-1);
}
