import {
  ImDecryptError,
  currentEpoch,
  open,
  parseHeader,
  parseKeyring,
  type DecryptErrorCode,
} from '@trialogue/crypto';
import { SYSTEM, isOfServer, type DlgId, type KeyEpoch, type Message } from '@trialogue/protocol';

import { attempt } from '../attempt.ts';

/**
 * What a message says, opened: as its sender wrote it, and no field but `type` looked at. `asPayload` checks it against
 * the table of payloads, for whoever shows it.
 */
export interface Opened {
  /** `unknown` for a plaintext that is no object with a `type`. */
  type: string;
  [field: string]: unknown;
}

/** A message as the application gets it. */
export interface Received extends Message {
  dlgId: DlgId;
  /** The opened content; null when it could not be opened, and `error` says why. */
  payload: Opened | null;
  error?: DecryptErrorCode;
}

/** Opens a message. Total: one that cannot be opened says so, and never stops those after it. */
export function receive(message: Message, dlgId: DlgId, dlgKey: string | undefined): Received {
  try {
    if (dlgKey === undefined) throw new ImDecryptError('E_KEY');
    const { fromuid, clientMsgId } = parseHeader(message.content);
    const plaintext = open(message.content, dlgId, dlgKey);
    // The envelope vouches for its sender. A row that names another one was changed on the way or at rest.
    if (fromuid !== message.fromuid || clientMsgId !== message.clientMsgId) throw new ImDecryptError('E_TAMPERED');
    return { ...message, dlgId, payload: believed(payloadOf(plaintext), message) };
  } catch (error) {
    const code = error instanceof ImDecryptError ? error.code : 'E_FORMAT';
    return { ...message, dlgId, payload: null, error: code };
  }
}

/** Total, like `receive`. */
export function payloadOf(plaintext: string): Opened {
  const value = attempt(() => JSON.parse(plaintext) as Opened | null, null);
  return typeof value?.type === 'string' ? value : { type: 'unknown', was: '' };
}

/** Some payloads only the server may write: in its own name, or in place of what was recalled. */
function believed(payload: Opened, { fromuid, recalledAt }: Message): Opened {
  const isForged = isOfServer(payload.type) && fromuid !== SYSTEM && recalledAt === undefined;
  return isForged ? { type: 'unknown', was: payload.type } : payload;
}

/** The epoch a content is sealed under; 0 when it is no envelope. */
export const epochOf = (content: string): KeyEpoch => attempt(() => parseHeader(content).epoch, 0);

/** The newest epoch of a keyring; 0 when there is none. */
export const newestEpoch = (dlgKey = ''): KeyEpoch => attempt(() => currentEpoch(parseKeyring(dlgKey)), 0);
