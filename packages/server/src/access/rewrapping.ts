import { id, type AppId, type DlgId, type FileId, type UserId } from '@trialogue/protocol';

import { context as customContext } from '../chat/desk/customers.ts';
import { context as replyContext, unwrapReply } from '../chat/desk/replies.ts';
import { context as settingsContext } from '../chat/desk/settings.ts';
import { fileContext } from '../chat/keepFile.ts';
import { keyContext } from '../chat/keyrings.ts';
import { context as reportContext } from '../chat/moderation/reports.ts';
import type { KeyWrap } from '../chat/ports.ts';
import type { Wrapped, WrappedKind } from '../storage/rewrap.ts';
import { contextOf as secretContext } from './apps.ts';
import { context as auditContext } from './audit.ts';

/** What is bound to each kind, from the names by which it is found. */
const contexts: Record<WrappedKind, (...names: string[]) => readonly string[]> = {
  appSecret: (appId = '') => secretContext(id<AppId>(appId)),
  olderSecret: (appId = '') => secretContext(id<AppId>(appId)),
  dlgKey: (appId = '', dlgId = '', epoch = '') =>
    keyContext({ appId: id<AppId>(appId), dlgId: id<DlgId>(dlgId) }, Number(epoch)),
  file: (appId = '', dlgId = '', fileId = '') =>
    fileContext({ appId: id<AppId>(appId), dlgId: id<DlgId>(dlgId) }, id<FileId>(fileId)),
  userCustom: (appId = '', userId = '') => customContext(id<AppId>(appId), id<UserId>(userId)),
  cannedReply: (...names) => replyContext(replyName(...names)),
  report: (appId = '', dlgId = '', reportId = '') => reportContext(id<AppId>(appId), id<DlgId>(dlgId), reportId),
  auditHead: (appId = '') => auditContext(id<AppId>(appId)),
  appSettings: (appId = '') => settingsContext(id<AppId>(appId)),
};

/** The replies of the app have no owner. */
const replyName = (appId = '', ownerId = '', replyId = '') => ({
  appId: id<AppId>(appId),
  owner: ownerId === '' ? undefined : id<UserId>(ownerId),
  replyId,
});

/** Opens what lies under an older master key, and wraps it under the newest. @throws {Error} when no key opens it. */
export const wrapAnew =
  (keys: KeyWrap) =>
  ({ kind, names, wrapped }: Wrapped): string => {
    const context = contexts[kind](...names);
    const secret =
      kind === 'cannedReply' ? unwrapReply(keys, wrapped, replyName(...names)) : keys.unwrap(wrapped, context);
    const anew = keys.wrap(secret, context);
    secret.fill(0);
    return anew;
  };
