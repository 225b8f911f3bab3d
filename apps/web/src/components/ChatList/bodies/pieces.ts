import type { Mention } from '@trialogue/protocol';

import { linkify } from '../../../utils/links.ts';

/** A piece of a text with what it is; `isSought` where it is what somebody looks for. */
export type TextPiece = { text: string; isSought?: boolean } & (
  | { kind: 'text' }
  | { kind: 'link'; href: string }
  | { kind: 'mention'; userId: string | undefined }
);

/** Cuts a text into names, links, and the words between; then at what is looked for. */
export function piecesOf(text: string, mentions: readonly Mention[] = [], sought = ''): TextPiece[] {
  const pieces: TextPiece[] = [];
  let done = 0;
  for (const { at, length, userId } of mentions.toSorted((one, other) => one.at - other.at)) {
    // Whoever sent it may have counted wrongly: what does not fit is plain text.
    if (at < done || at + length > text.length) continue;
    pieces.push(...linkify(text.slice(done, at)));
    pieces.push({ kind: 'mention', text: text.slice(at, at + length), userId });
    done = at + length;
  }
  pieces.push(...linkify(text.slice(done)));
  return sought === '' ? pieces : pieces.flatMap((piece) => marked(piece, sought));
}

function marked(piece: TextPiece, sought: string): TextPiece[] {
  const cut: TextPiece[] = [];
  let rest = piece.text;
  for (const [start, end] of findAll(piece.text, sought)) {
    const done = piece.text.length - rest.length;
    if (start > done) cut.push({ ...piece, text: piece.text.slice(done, start) });
    cut.push({ ...piece, text: piece.text.slice(start, end), isSought: true });
    rest = piece.text.slice(end);
  }
  return cut.length === 0 ? [piece] : rest === '' ? cut : [...cut, { ...piece, text: rest }];
}

/** Without regard to case. */
export function findAll(text: string, sought: string): [start: number, end: number][] {
  const found: [number, number][] = [];
  if (sought === '') return found;
  const [lower, wanted] = [text.toLowerCase(), sought.toLowerCase()];
  // Where the small letters of a text are longer than itself, places in it mean nothing.
  if (lower.length !== text.length) return found;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length))
    found.push([at, at + wanted.length]);
  return found;
}
