import { SYSTEM, asPayload, type Instant, type PayloadOf, type Seq } from '@trialogue/protocol';

import type { Answer } from '../../components/ChatList/rows.ts';
import type { Line, Said } from './timeline.ts';

/** So long after it was said, its author may say it in other words. By the server's clock. */
const EDIT_MS = 15 * 60_000;
/** So long after somebody's first rating, they may change their mind. */
const RATE_AGAIN_MS = 24 * 60 * 60_000;

/**
 * Some messages are about another one: an edit, an answer to a card, news of a card, a recall. The log keeps them as
 * they came; on screen they change the row that they are about, and most of them have no row of their own.
 *
 *   log   1 form   2 text "Helo"   3 edit of 2: "Hello"   4 formAnswer to 1   5 recalled: 2
 *   rows  1 form, answered         2 recalled
 *
 * Which of them count is decided by what the lines say, never by when they came, so that everybody sees the same.
 */
export type About = { seq: Seq } | { ref: string };

/** What a line is about, if it is about another one. */
export function aboutOf({ said, recalled, fromuid }: Line): About | undefined {
  if (recalled) return undefined;
  switch (said.type) {
    case 'edit':
    case 'formAnswer':
      return { seq: said.seq };
    case 'rating':
      return said.seq === undefined ? undefined : { seq: said.seq };
    case 'text':
      return said.chosenFrom === undefined ? undefined : { seq: said.chosenFrom };
    case 'cardUpdate':
      return { ref: said.ref };
    case 'system':
      return said.event === 'recalled' && said.seq !== undefined && fromuid === SYSTEM ? { seq: said.seq } : undefined;
    default:
      return undefined;
  }
}

/** The name by which the platform changes a card later on. */
export const refOf = ({ said, recalled }: Line): string | undefined =>
  !recalled && 'ref' in said && said.type !== 'cardUpdate' ? said.ref : undefined;

/**
 * A line as it is shown, given all that is about it, in any order. The very same line where nothing counts, so that a
 * row is drawn anew only when it has changed.
 */
export function fold(line: Line, about: readonly Line[]): Line {
  if (about.length === 0) return line;
  const later = about.filter(({ seq }) => seq > line.seq).sort((one, other) => one.seq - other.seq);
  if (line.recalled || later.some(isRecall)) return recalledLine(line);
  return withAnswers(withUpdates(withEdit(line, later), later), later);
}

/** Whether a line has no row of its own; `target` is the line that it is about, where that is at hand. */
export function isHidden(line: Line, target: Line | undefined): boolean {
  switch (line.recalled ? undefined : line.said.type) {
    case 'edit':
    case 'cardUpdate':
      return true;
    case 'system':
      return isRecall(line);
    case 'rating':
    case 'formAnswer':
      return target !== undefined && isAnswerTo(line, target);
    // Also words that were chosen among quick replies were said.
    default:
      return false;
  }
}

const isRecall = (line: Line): boolean =>
  line.said.type === 'system' && line.said.event === 'recalled' && aboutOf(line) !== undefined;

/** What was taken back is gone here too: not to be found, quoted or printed. */
const recalledLine = (line: Line): Line =>
  line.recalled ? line : { ...line, recalled: true, said: { type: 'system', event: 'recalled' } };

function withEdit(line: Line, later: readonly Line[]): Line {
  if (line.said.type !== 'text') return line;
  const edit = later.findLast((each) => canEdit(line, each.sentAt) && each.fromuid === line.fromuid && isEdit(each));
  if (edit?.said.type !== 'edit') return line;
  const { mentions: _, ...kept } = line.said;
  const { text, mentions } = edit.said;
  return { ...line, said: { ...kept, text, ...(mentions && { mentions }) }, isEdited: true };
}

const isEdit = ({ said, recalled }: Line): boolean => said.type === 'edit' && !recalled;

/** Whether there is still time to say it in other words. */
export const canEdit = ({ said, sentAt }: Pick<Line, 'said' | 'sentAt'>, at: Instant): boolean =>
  said.type === 'text' && at - sentAt <= EDIT_MS;

/** One after the other; one that would make the card unreadable is as if it had not been said. */
function withUpdates(line: Line, later: readonly Line[]): Line {
  const ref = refOf(line);
  if (ref === undefined) return line;
  let { said } = line;
  for (const { said: news, fromuid, recalled } of later) {
    if (news.type !== 'cardUpdate' || news.ref !== ref || fromuid !== SYSTEM || recalled) continue;
    said = changed(said, news.changes);
  }
  return said === line.said ? line : { ...line, said };
}

/** As JSON Merge Patch (RFC 7396) has it for one level: `null` takes a field away. What it is and its name stay. */
function changed(said: Said, changes: Readonly<Record<string, unknown>>): Said {
  const { type: _, ref: __, ...news } = changes;
  const next = Object.fromEntries(Object.entries({ ...said, ...news }).filter(([, value]) => value !== null));
  const read = asPayload(next);
  return read.type === 'unknown' ? said : read;
}

const answerTypes: Readonly<Record<string, Answer['said']['type']>> = {
  ratingRequest: 'rating',
  form: 'formAnswer',
  quickReplies: 'text',
};

function isAnswerTo(line: Line, target: Line): line is Line & { said: Answer['said'] } {
  const about = aboutOf(line);
  return (
    about !== undefined &&
    'seq' in about &&
    about.seq === target.seq &&
    line.seq > target.seq &&
    !target.recalled &&
    line.said.type === answerTypes[target.said.type]
  );
}

/** The last of each person counts; a rating only within the time to change one's mind. */
function withAnswers(line: Line, later: readonly Line[]): Line {
  const known = (line.answers ?? []).map((answer) => [answer.fromuid, { first: answer.sentAt, answer }] as const);
  const answers = new Map(known);
  for (const each of later) {
    if (!isAnswerTo(each, line)) continue;
    const { seq, fromuid, said, sentAt } = each;
    const first = answers.get(fromuid)?.first ?? sentAt;
    if (said.type === 'rating' && sentAt - first > RATE_AGAIN_MS) continue;
    answers.set(fromuid, { first, answer: { seq, fromuid, said, sentAt } });
  }
  if (!later.some((each) => isAnswerTo(each, line))) return line;
  return { ...line, answers: [...answers.values()].map(({ answer }) => answer).sort((a, b) => a.seq - b.seq) };
}

/** Of a rating: whether its author may still give another one. */
export const canRateAgain = (
  { sentAt }: Pick<Answer, 'sentAt'> & { said: PayloadOf<'rating'> },
  now: Instant,
): boolean => now - sentAt <= RATE_AGAIN_MS;
