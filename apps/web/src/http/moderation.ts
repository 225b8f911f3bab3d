import type { DlgId, Seq, UserId } from '@trialogue/protocol';
import type { BodyOf, ClientApi } from '@trialogue/protocol/api';

import { client } from './api.ts';

/** Operations against what must not be said, apart from the others: hardly anybody needs them. */
export const reportMessage = (dlgId: DlgId, seq: Seq, body: BodyOf<ClientApi['reportMessage']>) =>
  client<'reportMessage'>('POST', '/conversations/:dlgId/messages/:seq/report', { at: { dlgId, seq }, data: body });

export const muteMember = (dlgId: DlgId, userId: UserId, body: BodyOf<ClientApi['muteMember']>) =>
  client<'muteMember'>('PUT', '/conversations/:dlgId/members/:userId/mute', { at: { dlgId, userId }, data: body });

export const unmuteMember = (dlgId: DlgId, userId: UserId) =>
  client<'unmuteMember'>('DELETE', '/conversations/:dlgId/members/:userId/mute', { at: { dlgId, userId } });
