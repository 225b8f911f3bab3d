import type { UserId } from '@trialogue/protocol';

import { personOf, type People } from '../../components/ChatList/people.ts';
import type { Entry } from '../../components/ChatList/rows.ts';
import { lineOf, quotedWords, summary } from '../../components/ChatList/summary.ts';
import { t } from '../../utils/i18n/index.ts';

export type Format = 'html' | 'text';

export interface Transcript {
  title: string;
  people: People;
  rows: readonly Entry[];
  /** Says when something was. */
  when: (at: number) => string;
  now: number;
  language: string;
}

/** One's own copy of a conversation, as one could read it on screen. What was taken back is not in it. */
export function transcript(of: Transcript, format: Format): string {
  const lines = of.rows.map((entry) => lineOfFile(entry, of));
  const exported = t('exportedAt', { when: of.when(of.now) });
  if (format === 'text')
    return [
      of.title,
      exported,
      '',
      ...lines.map(({ when, who, words, quoted }) => plainLine(when, who, words, quoted)),
      '',
    ].join('\r\n');
  const rows = lines.map(({ when, who, words, quoted }) => htmlLine(when, who, words, quoted)).join('\n');
  return `<!doctype html>
<html lang="${escaped(of.language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(of.title)}</title>
<style>${STYLE}</style>
<h1 dir="auto">${escaped(of.title)}</h1>
<p class="soft">${escaped(exported)}</p>
${rows}
</html>
`;
}

interface FileLine {
  when: string;
  /** Nobody, of what stands in the middle of the list. */
  who: string | undefined;
  words: string;
  quoted: string | undefined;
}

function lineOfFile(entry: Entry, { people, when }: Transcript): FileLine {
  const nameOf = (userId: string) => personOf(people, userId as UserId).name;
  const line = lineOf(entry, nameOf);
  const { fromuid, said, sentAt } = entry;
  const { name, urole } = personOf(people, fromuid);
  const role = urole === undefined ? '' : ` (${t(`role.${urole}`)})`;
  const quote = line === undefined && 'quote' in said ? said.quote : undefined;
  return {
    when: when(sentAt),
    who: line === undefined ? `${name}${role}` : undefined,
    words: line ?? wordsOf(said, nameOf),
    quoted: quote && `${nameOf(quote.fromuid)}: ${quotedWords(quote)}`,
  };
}

function wordsOf(said: Entry['said'], nameOf: (userId: string) => string): string {
  const line = summary(said, nameOf);
  const below = said.type === 'image' && said.text !== undefined ? `\n${said.text}` : '';
  return `${line}${below}`;
}

const plainLine = (when: string, who: string | undefined, words: string, quoted: string | undefined): string =>
  `${when}  ${who === undefined ? `– ${words}` : `${who}: ${quoted === undefined ? '' : `「${quoted}」 `}${words}`}`;

const htmlLine = (when: string, who: string | undefined, words: string, quoted: string | undefined): string =>
  who === undefined
    ? `<p class="soft">${escaped(when)} · ${escaped(words)}</p>`
    : `<article><header><b dir="auto">${escaped(who)}</b> <time>${escaped(when)}</time></header>${
        quoted === undefined ? '' : `<blockquote dir="auto">${escaped(quoted)}</blockquote>`
      }<p dir="auto">${escaped(words)}</p></article>`;

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? sign);

const STYLE = `
body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#17201d;background:#fff}
h1{font-size:1.25rem}.soft,time{color:#55625d;font-size:.8125rem}article{margin:.75rem 0;break-inside:avoid}
article p{margin:.125rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
blockquote{margin:.25rem 0;padding:0 .5rem;border-inline-start:3px solid #0b6e63;color:#55625d;font-size:.875rem}`;

/** A name for the file: what every system can keep. */
export const fileNameOf = (title: string, format: Format): string =>
  `${title.replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '_').slice(0, 80)}.${format === 'html' ? 'html' : 'txt'}`;
