export type Piece = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

// Stops at blanks, quotes, angle brackets and the punctuation of Chinese prose, which hugs addresses without a blank.
const address = /https?:\/\/[^\s<>"'`，。；：！？、（）【】《》「」“”‘’\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const trailing = /[.,;:!?…]+$/u;

/**
 * Cuts a text into plain pieces and http(s) links. Whatever does not parse as an address stays text,
 * and no other scheme is ever a link.
 */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(address)) {
    const found = withoutTail(match[0]);
    const href = asAddress(found);
    if (href === undefined) continue;
    if (match.index > done) pieces.push({ kind: 'text', text: text.slice(done, match.index) });
    pieces.push({ kind: 'link', text: found, href });
    done = match.index + found.length;
  }
  if (done < text.length) pieces.push({ kind: 'text', text: text.slice(done) });
  return pieces;
}

/** Gives back the sentence's own full stop, and a bracket that was opened before the address. */
function withoutTail(found: string): string {
  let kept = found.replace(trailing, '');
  while (/[)\]}]$/u.test(kept) && count(kept, ')]}') > count(kept, '([{'))
    kept = kept.slice(0, -1).replace(trailing, '');
  return kept;
}

const count = (text: string, letters: string): number => [...text].filter((letter) => letters.includes(letter)).length;

/** The address in its normal form, with the host in punycode, so that a look-alike shows itself in the status line. */
function asAddress(text: string): string | undefined {
  try {
    const url = new URL(text);
    const isPlain = url.username === '' && url.password === '' && url.hostname !== '';
    return isPlain ? url.href : undefined;
  } catch {
    return undefined;
  }
}
