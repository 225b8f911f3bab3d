import type { AppId, ClientMsgId, DlgId, Instant, Message, MsgId, Seq, UserId } from '@trialogue/protocol';
import type { AuditLine } from '@trialogue/protocol/api';

import type { Actor, Draft, Place } from '../ports.ts';

/** A member may not write until then, and may again where there is no such time. The line is written only where that changes. */
export interface MuteChange {
  userId: UserId;
  until: Instant | null;
  line: Draft;
  now: Instant;
}

/** What is known of a message for as long as anything is known of it. */
export interface Evidence {
  msgId: MsgId;
  clientMsgId: ClientMsgId;
  fromuid: UserId;
  sentAt: Instant;
  /** SHA-256 of the envelope that was sent, base64url: outlives a recall, and the message itself for a while. */
  contentHash: string;
  /** The envelope; not where it was recalled or is no longer kept. */
  content?: string;
}

export interface ReportRow {
  reportId: string;
  dlgId: DlgId;
  seq: Seq;
  reporterId: UserId;
  createdAt: Instant;
  /** All else of it. */
  sealed: string;
  resolvedAt: Instant | null;
}

/**
 * What is kept of muting and reporting: like `Store`, in the same database. Every method is one transaction, and those
 * that take an `Actor` ask the door inside it.
 */
export interface ModerationStore {
  /**
   * For customer service of the conversation.
   * @throws {Refused} conversation.not_member, desk.not_service, member.not_found, member.is_service, key.stale_epoch
   */
  muteMember(actor: Actor, dlgId: DlgId, change: MuteChange): Promise<Message | undefined>;
  /** For the platform. @throws {Refused} conversation.not_found, member.not_found, key.stale_epoch */
  muteFor(place: Place, change: MuteChange): Promise<Message | undefined>;

  /** @throws {Refused} conversation.not_member, message.not_found */
  readEvidence(actor: Actor, dlgId: DlgId, seq: Seq): Promise<Evidence>;
  /** Of two about one message by one member the first stays: its id is the answer. @throws {Refused} conversation.not_member */
  putReport(
    actor: Actor,
    dlgId: DlgId,
    report: Pick<ReportRow, 'reportId' | 'seq' | 'sealed'> & { now: Instant },
  ): Promise<string>;
  /** Newest first. */
  listReports(
    appId: AppId,
    range: { status: 'open' | 'resolved' | 'all'; page: number; size: number },
  ): Promise<{ list: ReportRow[]; total: number }>;
  findReport(appId: AppId, reportId: string): Promise<ReportRow | undefined>;
  resolveReport(appId: AppId, reportId: string, resolution: { sealed: string; now: Instant }): Promise<void>;
  /** Forgets reports that were made before, a bounded number at a time. @returns how many; 0: there are no more */
  dropReports(appId: AppId, before: Instant): Promise<number>;
}

/** How far the audit of an app has come: its newest line, sealed. */
export interface AuditHead {
  nr: number;
  sealed: string;
}

export interface AuditStore {
  auditHead(appId: AppId): Promise<AuditHead | undefined>;
  /** False, and nothing is written, when another line has taken its number. */
  appendAudit(appId: AppId, line: AuditLine, sealed: string): Promise<boolean>;
  /** The lines behind `after`, ascending, at most `limit`. */
  listAudit(appId: AppId, after: number, limit: number): Promise<AuditLine[]>;
}

/** Somebody does what only somebody special may. */
export interface Deed {
  appId: AppId;
  /** The platform, when left out. */
  actor?: string;
  action: AuditAction;
  /** Ids only. */
  subject: string;
  reason?: string | undefined;
}

export type AuditAction =
  | 'transcript.read'
  | 'notes.read'
  | 'reports.read'
  | 'report.resolved'
  | 'member.muted'
  | 'member.unmuted'
  | 'member.removed'
  | 'desk.joined'
  | 'group.destroyed'
  | 'settings.changed'
  | 'retention.swept'
  | 'keys.rewrapped';

/** Keeps who opened keys, and why. `access/audit.ts`. */
export interface Audit {
  /** Before it is done: what cannot be noted is not done. */
  note(deed: Deed): Promise<void>;
  list(appId: AppId, after: number, limit: number): Promise<AuditLine[]>;
}
