import type { DlgId, Seq } from '@trialogue/protocol';

export interface Mark {
  readonly deliveredSeq?: Seq;
  readonly readSeq?: Seq;
}

/**
 * The delivered and read marks of one socket. The first of a conversation passes at once; those that come within
 * the next 300 ms are merged into one. They only rise, so the highest says it all.
 */
export type Marks = ReadonlyMap<DlgId, { readonly quietUntil: number; readonly waiting?: Mark }>;

const QUIET_MS = 300;

export const noMarks: Marks = new Map();

/** @returns with a mark, if it passes now. */
export function raise(marks: Marks, dlgId: DlgId, mark: Mark, now: number): [Marks, Mark?] {
  const quiet = marks.get(dlgId);
  if (!quiet) return [new Map(marks).set(dlgId, { quietUntil: now + QUIET_MS }), mark];
  const waiting = {
    ...quiet.waiting,
    ...higher('deliveredSeq', quiet.waiting, mark),
    ...higher('readSeq', quiet.waiting, mark),
  };
  return [new Map(marks).set(dlgId, { ...quiet, waiting })];
}

/** @returns with the marks whose time has come. */
export function release(marks: Marks, now: number): [Marks, [DlgId, Mark][]] {
  const rest = new Map(marks);
  const passing: [DlgId, Mark][] = [];
  for (const [dlgId, { quietUntil, waiting }] of marks) {
    if (quietUntil > now) continue;
    if (waiting) {
      passing.push([dlgId, waiting]);
      rest.set(dlgId, { quietUntil: now + QUIET_MS });
    } else rest.delete(dlgId);
  }
  return [rest, passing];
}

/** Whatever waits, for a socket that is going. */
export const allWaiting = (marks: Marks): [DlgId, Mark][] =>
  [...marks].flatMap(([dlgId, { waiting }]) => (waiting ? [[dlgId, waiting] as [DlgId, Mark]] : []));

function higher(name: keyof Mark, a: Mark | undefined, b: Mark): Mark {
  const highest = Math.max(a?.[name] ?? 0, b[name] ?? 0);
  return highest > 0 ? { [name]: highest } : {};
}
