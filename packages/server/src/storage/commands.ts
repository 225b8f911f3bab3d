import type { DeskStore } from '../chat/desk/ports.ts';
import type { AuditStore, ModerationStore } from '../chat/moderation/ports.ts';
import type { Store } from '../chat/ports.ts';
import { findApp, findAppBySecretHash, listApps, putApp } from './apps.ts';
import { createConversation, enterConversation, findConversation, keysOf, listConversations } from './conversations.ts';
import { callService, joinConversation, listQueue, readCall } from './desk/calls.ts';
import { countDesk } from './desk/counts.ts';
import { putUserCustom, readCustomer } from './desk/customers.ts';
import { laneOf, openLane } from './desk/lanes.ts';
import { listAppReplies, listReplies, putAppReply, putReply, removeAppReply, removeReply } from './desk/replies.ts';
import { putSettings, readSettings } from './desk/settings.ts';
import { keepClosed, patchDesk, readDesk } from './desk/states.ts';
import { readVisit, roleAt, visitConversation } from './desk/visits.ts';
import { dropMessages } from './dropped.ts';
import { raiseFence } from './fences.ts';
import { dropFiles, findFile, putFile } from './files.ts';
import { endedAmong, headsOf } from './looks.ts';
import { raiseMarks } from './marks.ts';
import { listMembers, membersOf } from './members.ts';
import { addMembers, removeMember } from './membership.ts';
import {
  appendFor,
  appendMessage,
  findByClientMsgId,
  messagesAfter,
  printPage,
  readMessage,
  readPage,
} from './messages.ts';
import { appendAudit, auditHead, listAudit } from './moderation/audit.ts';
import { muteFor, muteMember } from './moderation/mutes.ts';
import { dropReports, findReport, listReports, putReport, readEvidence, resolveReport } from './moderation/reports.ts';
import { recallMessage } from './recall.ts';
import { createSession, endSession, endSessionsOf, findSession, rotateRefresh } from './sessions.ts';
import { dropShredded, shredConversation } from './shred.ts';
import type { Sql } from './sql.ts';
import { forgetExpired, useTicket } from './tickets.ts';
import { findUser, putUser } from './users.ts';

/** All that one database keeps. */
export type Storage = Store & DeskStore & ModerationStore & AuditStore;

/** `close` is about the connection; all else is a command that runs in a transaction. */
export type CommandName = Exclude<keyof Storage, 'close'>;

interface Command<Name extends CommandName> {
  /** Reading commands may run on another connection than the one that writes. */
  does: 'reads' | 'writes';
  run: (sql: Sql, ...args: Parameters<Storage[Name]>) => ReturnType<Storage[Name]>;
}

const reads = <Run>(run: Run) => ({ does: 'reads', run }) as const;
const writes = <Run>(run: Run) => ({ does: 'writes', run }) as const;

/** Every command of the storage. The compiler asks for one that is missing or has other arguments than the port. */
export const commands: { [Name in CommandName]: Command<Name> } = {
  putApp: writes(putApp),
  findApp: reads(findApp),
  findAppBySecretHash: reads(findAppBySecretHash),
  listApps: reads(listApps),
  putUser: writes(putUser),
  findUser: reads(findUser),

  createSession: writes(createSession),
  findSession: reads(findSession),
  rotateRefresh: writes(rotateRefresh),
  raiseFence: writes(raiseFence),
  endSession: writes(endSession),
  endSessionsOf: writes(endSessionsOf),
  endedAmong: reads(endedAmong),
  useTicket: writes(useTicket),
  forgetExpired: writes(forgetExpired),

  createConversation: writes(createConversation),
  findConversation: reads(findConversation),
  enterConversation: reads(enterConversation),
  listConversations: reads(listConversations),
  listMembers: reads(listMembers),
  membersOf: reads(membersOf),
  keysOf: reads(keysOf),
  headsOf: reads(headsOf),
  addMembers: writes(addMembers),
  removeMember: writes(removeMember),
  shredConversation: writes(shredConversation),
  dropShredded: writes(dropShredded),

  appendMessage: writes(appendMessage),
  appendFor: writes(appendFor),
  findByClientMsgId: reads(findByClientMsgId),
  readPage: reads(readPage),
  printPage: reads(printPage),
  messagesAfter: reads(messagesAfter),
  recallMessage: writes(recallMessage),
  dropMessages: writes(dropMessages),
  readMessage: reads(readMessage),
  raiseMarks: writes(raiseMarks),

  putFile: writes(putFile),
  findFile: reads(findFile),
  dropFiles: writes(dropFiles),

  readDesk: reads(readDesk),
  patchDesk: writes(patchDesk),
  callService: writes(callService),
  readCall: reads(readCall),
  readVisit: reads(readVisit),
  visitConversation: writes(visitConversation),
  roleAt: reads(roleAt),
  joinConversation: writes(joinConversation),
  listQueue: reads(listQueue),
  countDesk: reads(countDesk),
  readSettings: reads(readSettings),
  putSettings: writes(putSettings),
  laneOf: reads(laneOf),
  keepClosed: writes(keepClosed),
  openLane: writes(openLane),
  readCustomer: reads(readCustomer),
  putUserCustom: writes(putUserCustom),
  listReplies: reads(listReplies),
  putReply: writes(putReply),
  removeReply: writes(removeReply),
  listAppReplies: reads(listAppReplies),
  putAppReply: writes(putAppReply),
  removeAppReply: writes(removeAppReply),

  muteMember: writes(muteMember),
  muteFor: writes(muteFor),
  readEvidence: reads(readEvidence),
  putReport: writes(putReport),
  listReports: reads(listReports),
  findReport: reads(findReport),
  resolveReport: writes(resolveReport),
  dropReports: writes(dropReports),
  auditHead: reads(auditHead),
  appendAudit: writes(appendAudit),
  listAudit: reads(listAudit),

  /** A node that cannot write cannot serve, so the writer is asked. */
  ping: writes(async (sql) => void (await sql.query(`SELECT 1`))),
};

/** Those that change nothing. */
export const readingCommands = (Object.keys(commands) as CommandName[]).filter(
  (name) => commands[name].does === 'reads',
);

/** One command with its arguments, on its way to a database. */
export interface Call {
  name: CommandName;
  args: readonly unknown[];
}

/** Runs a call in the transaction that `sql` is. The arguments come from {@link storeOver}, which has checked them. */
export const runCall = ({ name, args }: Call, sql: Sql): Promise<unknown> =>
  (commands[name].run as (sql: Sql, ...args: readonly unknown[]) => Promise<unknown>)(sql, ...args);

/** A store whose every method hands its call to `perform`. */
export function storeOver(perform: (call: Call) => Promise<unknown>, close: () => Promise<void>): Storage {
  const methods = Object.keys(commands).map((name) => [
    name,
    (...args: unknown[]) => perform({ name: name as CommandName, args }),
  ]);
  return { ...(Object.fromEntries(methods) as Omit<Storage, 'close'>), close };
}
