import {
  ImDecryptError,
  currentEpoch,
  open,
  parseHeader,
  parseKeyring,
  type DecryptErrorCode,
} from '@trialogue/crypto';
import {
  SYSTEM,
  readPayload,
  type DlgId,
  type KeyEpoch,
  type Message,
  type Payload,
  type UnknownPayload,
} from '@trialogue/protocol';

/** A message as the application gets it. */
export interface Received extends Message {
  dlgId: DlgId;
  /** The opened content; null when it could not be opened, and `error` says why. */
  payload: Payload | UnknownPayload | null;
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
    return { ...message, dlgId, payload: believed(readPayload(plaintext), message) };
  } catch (error) {
    const code = error instanceof ImDecryptError ? error.code : 'E_FORMAT';
    return { ...message, dlgId, payload: null, error: code };
  }
}

/** Only the server may say what a `system` payload says: in its own name, or in place of what was recalled. */
function believed(payload: Payload | UnknownPayload, { fromuid, recalledAt }: Message): Payload | UnknownPayload {
  const isForged = payload.type === 'system' && fromuid !== SYSTEM && recalledAt === undefined;
  return isForged ? { type: 'unknown', was: 'system' } : payload;
}

/** The epoch a content is sealed under; 0 when it is no envelope. */
export function epochOf(content: string): KeyEpoch {
  try {
    return parseHeader(content).epoch;
  } catch {
    return 0;
  }
}

/** The newest epoch of a keyring; 0 when there is none. */
export function newestEpoch(dlgKey: string | undefined): KeyEpoch {
  try {
    return dlgKey === undefined ? 0 : currentEpoch(parseKeyring(dlgKey));
  } catch {
    return 0;
  }
}
