import { refusals, type RefusalName, type Retry } from '@trialogue/protocol';

/** What can go wrong on this side of the wire. What the server refuses has the names of the protocol's table. */
export const ownFailures = {
  'sdk.bad_argument': { retry: 'never', says: 'The call was made with a wrong argument.' },
  'sdk.no_web_socket': {
    retry: 'never',
    says: 'There is no WebSocket here. Hand a class in: new Im({ WebSocket }).',
  },
  'sdk.not_started': { retry: 'never', says: 'There is no connection yet. Call getInstance first.' },
  'sdk.no_conversation': { retry: 'never', says: 'No conversation was chosen. Give dlgId, or call updateConfig.' },
  'sdk.no_key': {
    retry: 'later',
    says: 'The key of this conversation is not known. Give dlgKey with updateConfig, or wait for the event `opened`.',
  },
  'sdk.outbox_full': { retry: 'later', says: 'Too many messages wait to be sent.' },
  'sdk.closed': { retry: 'later', says: 'The connection was closed by close() before the server answered.' },
  'sdk.shut': { retry: 'never', says: 'The server told this client to stay away.' },
  'sdk.timeout': { retry: 'later', says: 'The server did not answer in time.' },
  'sdk.unreachable': { retry: 'later', says: 'The server cannot be reached.' },
  'sdk.unsupported_version': {
    retry: 'never',
    says: 'The server speaks no version of the protocol that this SDK knows.',
  },
  'sdk.bad_frame': { retry: 'never', says: 'The server said something that is not of the protocol.' },
  'sdk.bad_key': { retry: 'never', says: 'The server sent a key that is not a keyring.' },
  'sdk.undecryptable': { retry: 'never', says: 'A message could not be opened.' },
  'sdk.no_token': { retry: 'afterSignIn', says: 'getToken gave no token.' },
  'sdk.handler_failed': { retry: 'never', says: 'A handler of the application threw.' },
} as const satisfies Record<string, { retry: Retry; says: string }>;

/** A stable dotted name: a refusal of the server (`conversation.not_member`), or `sdk.…`. */
export type FailureName = RefusalName | keyof typeof ownFailures;

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
  const { says, retry } = Object.hasOwn(ownFailures, error)
    ? ownFailures[error as keyof typeof ownFailures]
    : refusals[error as RefusalName];
  return { error, msg: detail ? `${says} ${detail}` : says, retry, outcome };
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
