import { createHash } from 'node:crypto';

import { Refused, type AppId, type DlgId, type Instant, type Seq, type UserId } from '@trialogue/protocol';
import type { PlatformApi, Report, ReportReason, BodyOf } from '@trialogue/protocol/api';

import type { Keyrings } from '../keyrings.ts';
import { openPayload } from '../opening.ts';
import type { ChatRates, Clock, KeyWrap, Random } from '../ports.ts';
import { newId } from '../sealing.ts';
import type { Moderation, ModerationPlatform } from './moderation.ts';
import type { Audit, Evidence, ModerationStore, ReportRow } from './ports.ts';

interface Ports {
  moderation: ModerationStore;
  keyrings: Keyrings;
  keys: KeyWrap;
  clock: Clock;
  random: Random;
  rates: ChatRates;
  audit: Audit;
}

/**
 * All of a report but where it lies. The envelope is kept as it was sent, under the conversation's own key: when that is
 * destroyed, this opens no more either.
 */
interface Kept extends Required<Evidence> {
  seq: Seq;
  reporterId: UserId;
  createdAt: Instant;
  reason: ReportReason;
  text: string;
  outcome?: BodyOf<PlatformApi['resolveReport']>['outcome'];
  note?: string;
}

export const context = (appId: AppId, dlgId: DlgId, reportId: string): string[] => ['report', appId, dlgId, reportId];

/**
 * What members report, and what the platform reads of it. Nobody's word is taken for what was said: it is the envelope
 * in the log, which came from its author's own session. When it is there no more, its SHA-256 is, and only that very
 * envelope has it; the conversation's key of the epoch that it names opens it to one text.
 */
export function reports(at: Ports): {
  own: Pick<Moderation, 'report'>;
  ofPlatform: Pick<ModerationPlatform, 'reports' | 'resolve'>;
} {
  const seal = (appId: AppId, dlgId: DlgId, reportId: string, kept: Kept): string =>
    at.keys.wrap(Buffer.from(JSON.stringify(kept)), context(appId, dlgId, reportId));
  const unseal = (appId: AppId, { dlgId, reportId, sealed }: ReportRow): Kept =>
    JSON.parse(Buffer.from(at.keys.unwrap(sealed, context(appId, dlgId, reportId))).toString()) as Kept;

  const opened = async (appId: AppId, row: ReportRow): Promise<Report> => {
    const { text, outcome = null, note = '', ...kept } = unseal(appId, row);
    const payload = await openPayload(at, { appId, dlgId: row.dlgId }, kept);
    const { reportId, dlgId, resolvedAt } = row;
    return { reportId, groupId: dlgId, ...kept, payload: asRecord(payload), text, resolvedAt, outcome, note };
  };

  return {
    own: {
      async report(actor, dlgId, seq, { reason, text = '', content }) {
        const { appId, userId } = actor;
        const evidence = await at.moderation.readEvidence(actor, dlgId, seq);
        at.rates.report(actor);
        const now = at.clock.now();
        const reportId = newId<DlgId>(at.random);
        const proved = { ...evidence, content: proven(evidence, content) };
        const sealed = seal(appId, dlgId, reportId, {
          ...proved,
          seq,
          reporterId: userId,
          createdAt: now,
          reason,
          text,
        });
        return { reportId: await at.moderation.putReport(actor, dlgId, { reportId, seq, sealed, now }) };
      },
    },
    ofPlatform: {
      async reports(appId, { status = 'open', page = 1, size = 20, reason }) {
        const { list, total } = await at.moderation.listReports(appId, { status, page, size });
        const subject = list.map(({ reportId }) => reportId).join(' ');
        if (list.length > 0) await at.audit.note({ appId, action: 'reports.read', subject, reason });
        const open: Report[] = [];
        for (const row of list) open.push(await opened(appId, row));
        return { list: open, total, page, size };
      },
      async resolve(appId, reportId, { outcome, note = '' }) {
        const row = await at.moderation.findReport(appId, reportId);
        if (!row) throw new Refused('report.not_found');
        await at.audit.note({ appId, action: 'report.resolved', subject: `${reportId} ${outcome}` });
        const now = at.clock.now();
        const sealed = seal(appId, row.dlgId, reportId, { ...unseal(appId, row), outcome, note });
        await at.moderation.resolveReport(appId, reportId, { sealed, now });
        return opened(appId, { ...row, sealed, resolvedAt: now });
      },
    },
  };
}

/** @throws {Refused} report.unproven, message.not_found */
function proven({ content, contentHash }: Evidence, given: string | undefined): string {
  if (given !== undefined && hashOf(given) !== contentHash) throw new Refused('report.unproven');
  const sent = given ?? content;
  if (sent === undefined) {
    throw new Refused('message.not_found', 'body.content: expected the envelope as it was received.');
  }
  return sent;
}

/** The commitment that the storage keeps of every message. */
const hashOf = (content: string): string => createHash('sha256').update(content).digest('base64url');

const asRecord = (payload: unknown): Record<string, unknown> =>
  typeof payload === 'object' && payload !== null && !Array.isArray(payload)
    ? (payload as Record<string, unknown>)
    : { type: 'unknown', was: '' };
