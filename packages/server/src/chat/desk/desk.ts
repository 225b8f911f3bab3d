import type { AppId, DlgId, UserId } from '@trialogue/protocol';
import type { BodyOf, ClientApi, DataOf, DeskState, PlatformApi, Reply, Settings } from '@trialogue/protocol/api';

import type { Actor } from '../ports.ts';

type Data<Name extends keyof ClientApi> = Promise<DataOf<ClientApi[Name]>>;
type ReplyBody = BodyOf<ClientApi['putReply']>;

/** What customer service does at its desk, and how it is called in. */
export interface Desk {
  queue(actor: Actor, range: { page?: number; size?: number }): Data<'getQueue'>;
  counts(actor: Actor): Data<'getDeskCounts'>;
  patch(actor: Actor, dlgId: DlgId, change: BodyOf<ClientApi['patchDesk']>): Promise<DeskState>;
  call(actor: Actor, dlgId: DlgId): Data<'callService'>;
  callState(actor: Actor, dlgId: DlgId): Data<'getService'>;
  visit(actor: Actor, dlgId: DlgId): Promise<void>;
  orderActions(actor: Actor, dlgId: DlgId): Data<'getOrderActions'>;
  join(actor: Actor, dlgId: DlgId): Promise<DeskState>;
  leave(actor: Actor, dlgId: DlgId): Promise<void>;
  openNotes(actor: Actor, dlgId: DlgId): Data<'openNotes'>;
  customer(actor: Actor, dlgId: DlgId): Data<'getCustomer'>;
  fileRules(actor: Actor): Data<'getFileRules'>;
  replies(actor: Actor): Data<'listReplies'>;
  putReply(actor: Actor, replyId: string, body: ReplyBody): Promise<Reply>;
  removeReply(actor: Actor, replyId: string): Promise<void>;
}

/** What the platform's backend gives to the desk. */
export interface DeskPlatform {
  /** What the desk is shown of a user; nothing when left out. @throws {Refused} user.not_found, request.too_large */
  putCustom(appId: AppId, userId: UserId, custom: Record<string, unknown> | undefined): Promise<void>;
  settings(appId: AppId): Promise<Settings>;
  /** @throws {Refused} request.malformed */
  putSettings(appId: AppId, settings: Settings): Promise<Settings>;
  replies(appId: AppId): Promise<DataOf<PlatformApi['listAppReplies']>>;
  putReply(appId: AppId, replyId: string, body: ReplyBody): Promise<Reply>;
  removeReply(appId: AppId, replyId: string): Promise<void>;
}
