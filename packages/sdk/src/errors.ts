import { retries, type RefusalName, type Retry } from '@trialogue/protocol';

/**
 * What can go wrong on this side of the wire: in words, and when the same call may pass; unless told, never. What the
 * server refuses has the names of the protocol's table.
 */
const ownFailures = {
  'sdk.bad_argument': ['Wrong argument.'],
  'sdk.no_web_socket': ['There is no WebSocket here. Hand one in: new Im({ WebSocket }).'],
  'sdk.not_started': ['Call getInstance first.'],
  'sdk.no_conversation': ['Give dlgId, or call updateConfig.'],
  'sdk.no_key': ['Give dlgKey, or wait for the event `opened`.', 'later'],
  'sdk.outbox_full': ['Too many messages wait.', 'later'],
  'sdk.outbox_expired': ['The message could not be sent for three days.'],
  'sdk.closed': ['close(), or another user, came before the answer.', 'later'],
  'sdk.shut': ['The server told this client to stay away.'],
  'sdk.timeout': ['The server did not answer.', 'later'],
  'sdk.unreachable': ['The server cannot be reached.', 'later'],
  'sdk.unsupported_version': ['The server speaks another version.'],
  'sdk.bad_frame': ['The server said what is not of the protocol.'],
  'sdk.bad_key': ['The server sent no key.'],
  'sdk.undecryptable': ['A message could not be opened.'],
  'sdk.no_token': ['getToken gave no token.', 'afterSignIn'],
  'sdk.handler_failed': ['A handler threw.'],
} as const satisfies Record<string, readonly [says: string, retry?: Retry]>;
type OwnName = keyof typeof ownFailures;

/** A stable dotted name: a refusal of the server (`conversation.not_member`), or `sdk.…`. */
export type FailureName = RefusalName | OwnName;

/** What went wrong, as data. */
export interface Failure {
  error: FailureName;
  /** For the developer. Holds no text of a message, no key, no token. */
  msg: string;
  /** When the same call may pass. */
  retry: Retry;
  /**
   * Of a send: `none` means certainly not stored. `unknown` means that the connection ended before the answer:
   * call `send` again with the same `clientMsgId` and payload, and it is stored once.
   */
  outcome: 'none' | 'unknown';
}

export function failure(error: FailureName, detail = '', isUnsure = false): Failure {
  // What a server refuses it says in its own words.
  const own: readonly [says: string, retry?: Retry] = ownFailures[error as OwnName] ?? [
    '',
    retries[error as RefusalName],
  ];
  const [says, retry = 'never'] = own;
  return { error, msg: `${says} ${detail}`.trim(), retry, outcome: isUnsure ? 'unknown' : 'none' };
}

/** Why a promise of the SDK was rejected, or a call refused. */
export class ImError extends Error implements Failure {
  declare readonly error: FailureName;
  declare readonly msg: string;
  declare readonly retry: Retry;
  declare readonly outcome: 'none' | 'unknown';

  constructor(failure: Failure) {
    super(failure.msg);
    Object.assign(this, failure, { name: 'ImError' });
  }
}
