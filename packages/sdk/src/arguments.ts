import { PAYLOAD_BYTES, dlgId, isOfServer, type DlgId, type Payload, type Shape } from '@trialogue/protocol';

import { attempt } from './attempt.ts';
import { newestEpoch, payloadOf } from './conversation/received.ts';
import { imError, type ImError } from './errors.ts';

/** What the application hands in is looked at here, so that a mistake is answered with its name and not by the server. */

export const wrongArgument = (what: string): ImError => imError('sdk.bad_argument', what);

/** @throws {ImError} sdk.bad_argument */
export function checked<T>(shape: Pick<Shape<T>, 'read'>, given: unknown, name: string): T {
  try {
    return shape.read(given, name);
  } catch (error) {
    throw wrongArgument((error as Error).message);
  }
}

/** @throws {ImError} sdk.bad_argument */
export const checkedDlgId = (given: string, call: string): DlgId => checked(dlgId(), given, `${call}.dlgId`);

/** @throws {ImError} sdk.bad_argument */
export function checkedKey(dlgKey: string): string {
  if (newestEpoch(dlgKey) > 0) return dlgKey;
  throw wrongArgument('dlgKey: expected what getConversation or the event `key` gave');
}

/** @throws {ImError} sdk.bad_argument */
export function checkedAddress(wsAddr: string): string {
  if (/^wss?:$/.test(attempt(() => new URL(wsAddr).protocol, ''))) return wsAddr;
  throw wrongArgument('wsAddr: expected ws://… or wss://…');
}

/**
 * The plaintext of a payload: its JSON. Whether its fields are those of its type is for the readers to see; the SDK
 * does not carry the table of them.
 *
 * @throws {ImError} sdk.bad_argument, message.too_large
 */
export function plaintextOf(payload: Payload): string {
  const plaintext = checked(
    { read: (value) => (JSON.stringify(value) as string | undefined) ?? '' },
    payload,
    'payload',
  );
  const { type } = payloadOf(plaintext);
  if (type === 'unknown') throw wrongArgument('payload.type: expected text');
  if (isOfServer(type)) throw wrongArgument(`payload.type: expected another than ${type}`);
  const bytes = new TextEncoder().encode(plaintext).length;
  if (bytes <= PAYLOAD_BYTES) return plaintext;
  throw imError('message.too_large', `The payload has ${bytes} bytes as JSON; at most ${PAYLOAD_BYTES} may be.`);
}
