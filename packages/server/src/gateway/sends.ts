import type { DlgId, ServerFrame } from '@trialogue/protocol';

/**
 * The sends of one socket that wait for the disk, by conversation, in the order in which they came.
 * They are all under way at once; their answers leave in that same order (I10).
 */
export type Sends = ReadonlyMap<DlgId, readonly Send[]>;

interface Send {
  readonly call: number;
  /** There already, while an earlier one is still under way. */
  readonly answer?: ServerFrame;
}

export const noSends: Sends = new Map();

export const begun = (sends: Sends, dlgId: DlgId, call: number): Sends =>
  new Map(sends).set(dlgId, [...(sends.get(dlgId) ?? []), { call }]);

/** Takes in one answer; gives those that may leave now. */
export function answered(sends: Sends, dlgId: DlgId, call: number, answer: ServerFrame): [Sends, ServerFrame[]] {
  const waiting = (sends.get(dlgId) ?? []).map((send) => (send.call === call ? { call, answer } : send));
  const leaving: ServerFrame[] = [];
  for (const send of waiting) {
    if (send.answer === undefined) break;
    leaving.push(send.answer);
  }
  const rest = new Map(sends);
  if (leaving.length < waiting.length) rest.set(dlgId, waiting.slice(leaving.length));
  else rest.delete(dlgId);
  return [rest, leaving];
}

export function underWay(sends: Sends): number {
  let count = 0;
  for (const waiting of sends.values()) count += waiting.length;
  return count;
}
