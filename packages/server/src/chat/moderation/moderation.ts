import type { AppId, DlgId, Seq, UserId } from '@trialogue/protocol';
import type { BodyOf, ClientApi, DataOf, PlatformApi, QueryOf } from '@trialogue/protocol/api';

import type { Actor, Place } from '../ports.ts';

type Muted = Promise<DataOf<ClientApi['muteMember']>>;

/** What members and customer service do against what must not be said. */
export interface Moderation {
  /** @throws {Refused} conversation.not_member, message.not_found, report.unproven, rate.limited */
  report(
    actor: Actor,
    dlgId: DlgId,
    seq: Seq,
    why: BodyOf<ClientApi['reportMessage']>,
  ): Promise<DataOf<ClientApi['reportMessage']>>;
  /** @throws {Refused} conversation.not_member, desk.not_service, member.not_found, member.is_service */
  mute(actor: Actor, dlgId: DlgId, userId: UserId, how: BodyOf<ClientApi['muteMember']>): Muted;
  unmute(actor: Actor, dlgId: DlgId, userId: UserId, how: QueryOf<ClientApi['unmuteMember']>): Muted;
}

/** The same from the platform's backend, and what only it may. */
export interface ModerationPlatform {
  /** @throws {Refused} conversation.not_found, member.not_found */
  mute(place: Place, userId: UserId, how: BodyOf<PlatformApi['muteInGroup']>): Muted;
  unmute(place: Place, userId: UserId, how: QueryOf<PlatformApi['unmuteInGroup']>): Muted;
  reports(appId: AppId, which: QueryOf<PlatformApi['listReports']>): Promise<DataOf<PlatformApi['listReports']>>;
  /** @throws {Refused} report.not_found */
  resolve(
    appId: AppId,
    reportId: string,
    how: BodyOf<PlatformApi['resolveReport']>,
  ): Promise<DataOf<PlatformApi['resolveReport']>>;
  audit(appId: AppId, range: QueryOf<PlatformApi['listAudit']>): Promise<DataOf<PlatformApi['listAudit']>>;
}
