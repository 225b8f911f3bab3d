import type { DlgId } from '@trialogue/protocol';

import type { Outgoing } from './wire.ts';

/**
 * The sends of one socket that wait for the disk, in the order in which they came. They are all under way at once; within
 * a conversation their answers leave in that same order (I10).
 */
export type Sends = readonly Send[];

interface Send {
  readonly dlgId: DlgId;
  readonly call: number;
  /** There already, while an earlier one is still under way. */
  readonly answer?: Outgoing;
}

export const noSends: Sends = [];

export const begun = (sends: Sends, dlgId: DlgId, call: number): Sends => [...sends, { dlgId, call }];

/** Takes in one answer; gives those that may leave now. */
export function answered(sends: Sends, dlgId: DlgId, call: number, answer: Outgoing): [Sends, Outgoing[]] {
  const rest: Send[] = [];
  const leaving: Outgoing[] = [];
  let isHeldUp = false;
  for (const send of sends) {
    const known: Send = send.call === call ? { dlgId, call, answer } : send;
    const isNext: boolean = known.dlgId === dlgId && !isHeldUp;
    if (isNext && known.answer !== undefined) leaving.push(known.answer);
    else rest.push(known);
    isHeldUp ||= isNext && known.answer === undefined;
  }
  return [rest, leaving];
}
