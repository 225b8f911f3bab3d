import type { DlgId } from '@trialogue/protocol';

/**
 * What one socket says or hears over and over, by conversation. The first passes at once; what comes while it is to be
 * quiet is merged into one, which passes afterwards.
 */
export type Quiet<T> = ReadonlyMap<DlgId, { readonly until: number; readonly waiting?: T }>;

export const allQuiet: Quiet<never> = new Map();

/** @returns with the value, if it passes now. */
export function pass<T>(
  quiet: Quiet<T>,
  dlgId: DlgId,
  value: T,
  how: { now: number; quietMs: number; merge: (earlier: T, later: T) => T },
): [Quiet<T>, T?] {
  const it = quiet.get(dlgId);
  if (!it) return [new Map(quiet).set(dlgId, { until: how.now + how.quietMs }), value];
  const waiting = it.waiting === undefined ? value : how.merge(it.waiting, value);
  return [new Map(quiet).set(dlgId, { ...it, waiting })];
}

/** @returns with those whose time has come. */
export function release<T>(quiet: Quiet<T>, now: number, quietMs: number): [Quiet<T>, [DlgId, T][]] {
  if (quiet.size === 0) return [quiet, []];
  const rest = new Map(quiet);
  const passing: [DlgId, T][] = [];
  for (const [dlgId, { until, waiting }] of quiet) {
    if (until > now) continue;
    if (waiting === undefined) rest.delete(dlgId);
    else {
      passing.push([dlgId, waiting]);
      rest.set(dlgId, { until: now + quietMs });
    }
  }
  return [rest, passing];
}

/** Whatever waits, for a socket that is going. */
export const allWaiting = <T>(quiet: Quiet<T>): [DlgId, T][] =>
  [...quiet].flatMap(([dlgId, { waiting }]) => (waiting === undefined ? [] : [[dlgId, waiting] as [DlgId, T]]));

export function without<T>(quiet: Quiet<T>, dlgId: DlgId): Quiet<T> {
  if (!quiet.has(dlgId)) return quiet;
  const rest = new Map(quiet);
  rest.delete(dlgId);
  return rest;
}

export function quietUntil(quiet: Quiet<unknown>): number {
  let due = Infinity;
  for (const { until } of quiet.values()) due = Math.min(due, until);
  return due;
}
