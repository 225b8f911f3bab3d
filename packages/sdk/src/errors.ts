import { retries, type RefusalName, type Retry } from '@trialogue/protocol';

/** What can go wrong on this side of the wire. What the server refuses has the names of the protocol's table. */
const ownFailures = {
  'sdk.bad_argument': 'The call was made with a wrong argument.',
  'sdk.no_web_socket': 'There is no WebSocket here. Hand a class in: new Im({ WebSocket }).',
  'sdk.not_started': 'There is no connection yet. Call getInstance first.',
  'sdk.no_conversation': 'No conversation was chosen. Give dlgId, or call updateConfig.',
  'sdk.no_key': 'The key of this conversation is not known. Give dlgKey, or wait for the event `opened`.',
  'sdk.outbox_full': 'Too many messages wait to be sent.',
  'sdk.outbox_expired': 'The message could not be sent for three days.',
  'sdk.closed': 'close(), or another user, came before the answer of the server.',
  'sdk.shut': 'The server told this client to stay away.',
  'sdk.timeout': 'The server did not answer in time.',
  'sdk.unreachable': 'The server cannot be reached.',
  'sdk.unsupported_version': 'This SDK speaks no version of the protocol that the server does.',
  'sdk.bad_frame': 'The server said something that is not of the protocol.',
  'sdk.bad_key': 'The server sent a key that is not a keyring.',
  'sdk.undecryptable': 'A message could not be opened.',
  'sdk.no_token': 'getToken gave no token.',
  'sdk.handler_failed': 'A handler of the application threw.',
} as const;
type OwnName = keyof typeof ownFailures;

/** The same call will fail again, apart from these. */
const ownRetries: { readonly [Name in OwnName]?: Retry } = {
  'sdk.no_key': 'later',
  'sdk.outbox_full': 'later',
  'sdk.closed': 'later',
  'sdk.timeout': 'later',
  'sdk.unreachable': 'later',
  'sdk.no_token': 'afterSignIn',
};

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

export function failure(error: FailureName, detail?: string, outcome: Failure['outcome'] = 'none'): Failure {
  // What a server refuses it says in its own words.
  const says = Object.hasOwn(ownFailures, error) ? ownFailures[error as OwnName] : undefined;
  const retry: Retry = ownRetries[error as OwnName] ?? retries[error as RefusalName] ?? 'never';
  return { error, msg: [says, detail].filter(Boolean).join(' '), retry, outcome };
}

/** Why a promise of the SDK was rejected, or a call refused. */
export class ImError extends Error implements Failure {
  readonly error: FailureName;
  readonly retry: Retry;
  readonly outcome: 'none' | 'unknown';

  constructor({ error, msg, retry, outcome }: Failure) {
    super(msg);
    this.name = 'ImError';
    this.error = error;
    this.retry = retry;
    this.outcome = outcome;
  }

  get msg(): string {
    return this.message;
  }
}
