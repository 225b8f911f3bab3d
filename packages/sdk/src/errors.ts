import { retryOf, type RefusalName, type Retry } from '@trialogue/protocol';

/** What can go wrong on this side of the wire. What the server refuses has the names of the protocol's table. */
type OwnName =
  | 'sdk.bad_argument'
  | 'sdk.no_web_socket'
  | 'sdk.not_started'
  | 'sdk.no_conversation'
  | 'sdk.no_key'
  | 'sdk.outbox_full'
  /** The message could not be sent for three days. */
  | 'sdk.outbox_expired'
  /** `close()`, or another user, came before the answer. */
  | 'sdk.closed'
  /** The server told this client to stay away. */
  | 'sdk.shut'
  /** The server did not answer. */
  | 'sdk.timeout'
  | 'sdk.unreachable'
  | 'sdk.unsupported_version'
  /** The server said what is not of the protocol. */
  | 'sdk.bad_frame'
  /** The server sent no key. */
  | 'sdk.bad_key'
  | 'sdk.undecryptable'
  /** `getToken` gave none. */
  | 'sdk.no_token'
  | 'sdk.handler_failed';

const PASSES_LATER = /^sdk\.(closed|no_key|outbox_full|timeout|unreachable)$/;

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

/** What a server refuses it says in its own words; ours are those of the name, and `detail`. */
export function failure(error: FailureName, detail = '', isUnsure = false): Failure {
  const [, own] = /^sdk\.(.*)/.exec(error) ?? [];
  const msg = [own?.replaceAll('_', ' '), detail].filter(Boolean).join(': ');
  const retry = PASSES_LATER.test(error) ? 'later' : error === 'sdk.no_token' ? 'afterSignIn' : retryOf(error);
  return { error, msg, retry, outcome: isUnsure ? 'unknown' : 'none' };
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

export const imError = (...given: Parameters<typeof failure>): ImError => new ImError(failure(...given));
