import { retryOf, type Retry } from './retries.ts';

interface Refusal {
  /** HTTP status of the platform API. The client API uses it only for 413, 415, 429 and 503. */
  http: number;
  says: string;
}

/** Every way the server can say no: on the wire, in HTTP and in the words on screen. */
export const refusals = {
  'auth.missing': {
    http: 401,
    says: 'No token was given. Send it as "Authorization: Bearer …".',
  },
  'auth.invalid': { http: 401, says: 'The token or secret is not valid.' },
  'auth.expired': { http: 401, says: 'The token has expired. Refresh it or sign in again.' },
  'auth.revoked': { http: 401, says: 'The token was revoked. Sign in again.' },
  'auth.wrong_user': { http: 401, says: 'The token belongs to another user.' },
  'ticket.invalid': { http: 401, says: 'The ticket is not valid. Ask for a new link.' },
  'ticket.expired': { http: 401, says: 'The link has expired. Ask for a new one.' },
  'ticket.used': { http: 401, says: 'The link has been used. Ask for a new one.' },
  'ticket.mismatch': { http: 401, says: 'The ticket is for another user or group.' },
  'conversation.not_member': {
    http: 403,

    says: 'There is no such conversation, or you are not in it.',
  },
  'conversation.not_found': { http: 404, says: 'There is no such conversation.' },
  'conversation.exists': { http: 409, says: 'A conversation with this groupId exists already.' },
  'user.not_found': { http: 404, says: 'There is no such user. Create it with putUser first.' },
  'user.too_many_groups': { http: 409, says: 'The user is in as many conversations as one may be in.' },
  'member.not_found': { http: 404, says: 'This user is not in the conversation.' },
  'member.too_many': { http: 409, says: 'The conversation has as many members as it may have.' },
  'member.muted': { http: 403, says: 'You may read in this conversation, but not write for now.' },
  'member.is_service': { http: 403, says: 'Customer service can be muted by the platform only.' },
  'desk.not_service': { http: 403, says: 'Only customer service may do this.' },
  'reply.too_many': { http: 409, says: 'There are as many canned replies as there may be.' },
  'message.too_large': { http: 413, says: 'The message is too large.' },
  'message.id_conflict': { http: 409, says: 'Another message was stored under this clientMsgId.' },
  'message.not_found': { http: 404, says: 'There is no such message.' },
  'message.not_author': { http: 403, says: 'Only the author may recall a message.' },
  'message.too_old': { http: 409, says: 'The message is too old to be recalled.' },
  'envelope.malformed': { http: 400, says: 'The content is not a sealed envelope.' },
  'envelope.mismatch': {
    http: 400,
    says: 'The envelope names another sender or clientMsgId than the request.',
  },
  'key.stale_epoch': { http: 409, says: 'The conversation has a newer key. Seal again with it.' },
  'report.not_found': { http: 404, says: 'There is no such report.' },
  'report.unproven': { http: 409, says: 'What was given is not what was sent at that place.' },
  'file.not_found': { http: 404, says: 'There is no such file.' },
  'file.empty': { http: 400, says: 'The upload holds no file, or an empty one.' },
  'file.too_large': { http: 413, says: 'The file is too large.' },
  'socket.replaced': { http: 409, says: 'A newer socket of this client has taken over.' },
  'request.malformed': { http: 400, says: 'The request is not as described in /openapi.json.' },
  'request.too_large': { http: 413, says: 'The request is too large.' },
  'request.unsupported_media': { http: 415, says: 'The request has a content type not served here.' },
  'route.not_found': { http: 404, says: 'There is no such route.' },
  'rate.limited': { http: 429, says: 'Too many requests. Slow down.' },
  'storage.full': { http: 503, says: 'The server has no space left.' },
  'storage.unavailable': { http: 503, says: 'The server cannot reach its storage.' },
  'server.draining': { http: 503, says: 'The server is going away. Try again.' },
  'server.internal': { http: 500, says: 'The server failed. The request id leads to its log.' },
} as const satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof refusals;

export const isRefusalName = (name: string): name is RefusalName => Object.hasOwn(refusals, name);

/** Statuses that the client API uses as they are; every other answer of it is HTTP 200. Contract §2. */
export const transportStatuses: ReadonlySet<number> = new Set([413, 415, 429, 503]);

/** The other end said no. Tell the user; a bug or the network is something else. */
export class Refused extends Error {
  readonly refusal: RefusalName;
  /** What exactly was wrong, for the developer at the other end. Never holds text of a message, a key or a token. */
  readonly detail: string | undefined;
  /** Of `rate.limited`: so long from now the same request passes, unless others come first. */
  readonly retryAfterMs: number | undefined;

  constructor(refusal: RefusalName, detail?: string, retryAfterMs?: number) {
    super(detail === undefined ? refusals[refusal].says : `${refusals[refusal].says} ${detail}`);
    this.name = 'Refused';
    this.refusal = refusal;
    this.detail = detail;
    this.retryAfterMs = retryAfterMs;
  }

  get retry(): Retry {
    return retryOf(this.refusal);
  }
}
