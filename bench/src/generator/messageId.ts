/** A client message id as the SDK makes them: time first, so that a database keeps neighbours together. */
export const ID_LENGTH = 24;

const TIME_DIGITS = 11;
const GROUP_DIGITS = 4;
const COUNTER_DIGITS = ID_LENGTH - TIME_DIGITS - GROUP_DIGITS;

/** All that whoever hears a message has to know about it. */
export interface Named {
  /** When it was to be sent, by the clock that all processes share. */
  dueAt: number;
  group: number;
  /** 1, 2, 3 … in its group. */
  nth: number;
}

export const messageId = ({ dueAt, group, nth }: Named): string =>
  digits(Math.round(dueAt * 1000), TIME_DIGITS) + digits(group, GROUP_DIGITS) + digits(nth, COUNTER_DIGITS);

const digits = (value: number, length: number): string => value.toString(36).padStart(length, '0');

/** Reads digit by digit: it happens for each delivery. */
export function readMessageId(bytes: Uint8Array, at: number): Named {
  const group = at + TIME_DIGITS;
  const counter = group + GROUP_DIGITS;
  return {
    dueAt: numberAt(bytes, at, group) / 1000,
    group: numberAt(bytes, group, counter),
    nth: numberAt(bytes, counter, counter + COUNTER_DIGITS),
  };
}

function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    value = value * 36 + (byte < 58 ? byte - 48 : byte - 87);
  }
  return value;
}
