import { clientMsgId, content, dlgId, instant, msgId, seq, userId } from '../fields.ts';
import { anyRecord, flag, list, nullable, oneOf, optional, record, text, whole, type Of } from '../shape.ts';
import type { Api } from './operation.ts';

/** Why somebody does what the audit keeps. It lies in the clear: no words of a conversation belong here. */
export const why = { reason: optional(text({ min: 1, max: 200 })) };

const A_YEAR_SECONDS = 366 * 86_400;

const memberOf = record({ dlgId: dlgId(), userId: userId() });
const messageAt = record({ dlgId: dlgId(), seq: seq() });

/** For so long; until it is taken back, when left out. */
const muteBody = record({ seconds: optional(whole({ min: 1, max: A_YEAR_SECONDS })), ...why });
/** Until when the member may not write: null without an end; absent for one who may. */
const mutedUntil = () => optional(nullable(instant()));
const muted = record({ mutedUntil: mutedUntil() });

export const reportReason = () => oneOf('spam', 'fraud', 'abuse', 'illegal', 'privacy', 'other');
export type ReportReason = Of<ReturnType<typeof reportReason>>;

const outcome = () => oneOf('upheld', 'dismissed');
/** What somebody has reported, as the platform reads it. */
export const report = record({
  reportId: text(),
  groupId: dlgId(),
  /** The message, and that its author sent it there: proved by the server's own log, not by whoever reported it. */
  seq: seq(),
  msgId: msgId(),
  clientMsgId: clientMsgId(),
  fromuid: text(),
  sentAt: instant(),
  /** What it says, opened. */
  payload: anyRecord(),
  /** The envelope as it was sent, and its SHA-256 in base64url: the commitment that was kept since it came. */
  content: content(),
  contentHash: text(),
  reporterId: userId(),
  reason: reportReason(),
  text: text(),
  createdAt: instant(),
  /** Null while it is open. */
  resolvedAt: nullable(instant()),
  outcome: nullable(outcome()),
  note: text(),
});
export type Report = Of<typeof report>;

const resolution = record({ outcome: outcome(), note: optional(text({ max: 1000 })) });
const reportQuery = record({
  status: optional(oneOf('open', 'resolved', 'all')),
  page: optional(whole({ min: 1, max: 100_000 })),
  size: optional(whole({ min: 1, max: 100 })),
});

/** One line of the audit. PROTOCOL.md §13. */
export const auditLine = record({
  /** 1, 2, 3 … in each app, without holes. */
  nr: whole({ min: 1 }),
  at: instant(),
  /** `platform`, `operator`, `server`, or `user:` and the id of a user. */
  actor: text(),
  action: text(),
  subject: text(),
  reason: text(),
  /** Of this line and of the one before it. */
  hash: text(),
});
export type AuditLine = Of<typeof auditLine>;

/** What members and customer service do against what must not be said. PROTOCOL.md §13. */
export const moderationApi = {
  reportMessage: {
    method: 'POST',
    path: '/conversations/:dlgId/messages/:seq/report',
    summary:
      'Reports a message to the platform. What it says is read from the log; of one that was recalled or is no longer kept, `content` is the envelope as it was received. Reporting again changes nothing.',
    auth: 'token',
    params: messageAt,
    body: record({ reason: reportReason(), text: optional(text({ max: 1000 })), content: optional(content()) }),
    data: record({ reportId: text() }),
  },
  muteMember: {
    method: 'PUT',
    path: '/conversations/:dlgId/members/:userId/mute',
    summary: 'For customer service: this member may read on, but not write, for so many seconds or until unmuted.',
    auth: 'token',
    params: memberOf,
    body: muteBody,
    data: muted,
  },
  unmuteMember: {
    method: 'DELETE',
    path: '/conversations/:dlgId/members/:userId/mute',
    summary: 'For customer service: this member may write again. One who was not muted is fine.',
    auth: 'token',
    params: memberOf,
    query: record(why),
    data: muted,
  },
} as const satisfies Api;

const inGroupMember = record({ groupId: dlgId(), userId: userId() });

/** The same from the platform's backend, and what only it may: reading reports and the audit. */
export const platformModerationApi = {
  muteInGroup: {
    method: 'PUT',
    path: '/groups/:groupId/members/:userId/mute',
    summary: 'This member, of whatever role, may read on, but not write, for so many seconds or until unmuted.',
    auth: 'secret',
    params: inGroupMember,
    body: muteBody,
    data: muted,
  },
  unmuteInGroup: {
    method: 'DELETE',
    path: '/groups/:groupId/members/:userId/mute',
    summary: 'This member may write again. One who was not muted is fine.',
    auth: 'secret',
    params: inGroupMember,
    query: record(why),
    data: muted,
  },
  listReports: {
    method: 'GET',
    path: '/reports',
    summary:
      'What members have reported, newest first, with what the messages say; the open ones, unless told otherwise.',
    auth: 'secret',
    query: record({ ...reportQuery.fields, ...why }),
    data: record({ list: list(report), total: whole(), page: whole(), size: whole() }),
  },
  resolveReport: {
    method: 'POST',
    path: '/reports/:reportId/resolution',
    summary: 'Says what became of a report. Saying it again replaces what was said.',
    auth: 'secret',
    params: record({ reportId: text({ min: 1, max: 64, pattern: '[A-Za-z0-9_-]+' }) }),
    body: resolution,
    data: report,
  },
  listAudit: {
    method: 'GET',
    path: '/audit',
    summary:
      'Who opened keys, read transcripts, moderated and destroyed, in the order it happened: the lines behind `after`. Each has the hash of the one before in its own.',
    auth: 'secret',
    query: record({ after: optional(whole()), limit: optional(whole({ min: 1, max: 200 })) }),
    data: record({ list: list(auditLine), hasMore: flag() }),
  },
} as const satisfies Api;
