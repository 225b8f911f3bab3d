import { ImDecryptError, parseKeyring } from '@trialogue/crypto';
import {
  Malformed,
  clientFrame,
  clientLimits,
  payload as payloadShape,
  type ClientFrame,
  type Payload,
} from '@trialogue/protocol';

import { ImError, failure } from './errors.ts';

/** What the application hands in is looked at here, so that a mistake is answered with its name and not by the server. */

export function wrongArgument(what: string): ImError {
  return new ImError(failure('sdk.bad_argument', what));
}

/** @throws {ImError} sdk.bad_argument */
export function checkedFrame<Op extends ClientFrame['op']>(
  frame: { op: Op } & Record<string, unknown>,
  call: string,
): Extract<ClientFrame, { op: Op }> {
  try {
    return clientFrame.read(frame, call) as Extract<ClientFrame, { op: Op }>;
  } catch (error) {
    throw error instanceof Malformed ? wrongArgument(`${error.message}.`) : error;
  }
}

/** @throws {ImError} sdk.bad_argument */
export function checkedKey(dlgKey: string): string {
  try {
    parseKeyring(dlgKey);
    return dlgKey;
  } catch (error) {
    if (!(error instanceof ImDecryptError)) throw error;
    throw wrongArgument('dlgKey: expected the string that getConversation, getDlgPage or the event `key` gave.');
  }
}

/** @throws {ImError} sdk.bad_argument */
export function checkedAddress(wsAddr: string): string {
  try {
    if (/^wss?:$/.test(new URL(wsAddr).protocol)) return wsAddr;
  } catch {
    // Said below.
  }
  throw wrongArgument('wsAddr: expected an address that starts with ws:// or wss://.');
}

/**
 * The plaintext of a payload: JSON of what the readers will understand of it.
 *
 * @throws {ImError} sdk.bad_argument, message.too_large
 */
export function plaintextOf(payload: Payload): string {
  try {
    const bytes = new TextEncoder().encode(JSON.stringify(payload)).length;
    if (bytes > clientLimits.payloadBytes) {
      const detail = `The payload has ${bytes} bytes as JSON; at most ${clientLimits.payloadBytes} are allowed.`;
      throw new ImError(failure('message.too_large', detail));
    }
    const read = payloadShape.read(payload, 'payload');
    if (read.type === 'system') throw wrongArgument('payload.type: `system` is written by the server only.');
    return JSON.stringify(read);
  } catch (error) {
    if (error instanceof ImError) throw error;
    throw wrongArgument(`${error instanceof Error ? error.message : 'payload: expected JSON'}.`);
  }
}
