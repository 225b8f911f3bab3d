import type { AppId, DlgId, UserId } from '@trialogue/protocol';

import type { Actor, Place } from '../../chat/ports.ts';
import type { Call, CommandName, Storage } from '../commands.ts';
import type { PgSql } from './connections.ts';

/**
 * What a command that writes locks before its first look, so that nothing it sees can change before it is committed.
 * SQLite needs none of it: there, one command writes at a time.
 *
 * Everybody locks in this order, so nobody waits in a circle: names, conversations by number (the notes about one were
 * begun after it), users by id, the row of a member.
 */
interface Locks {
  /** The row of this conversation: all that changes its log, its members or its desk has to come by here. */
  conversation?: Place;
  /** And the row of the notes about it, where there are some. */
  withNotes?: true;
  /** Who comes in: in how many conversations they are must not change meanwhile. */
  users?: { appId: AppId; userIds: readonly UserId[] };
  /** Of this conversation, the row of one member and nothing else: marks of many are raised at once, beside the sending. */
  member?: Actor & { dlgId: DlgId };
  /** The conversations that have messages from before this; of one app, where it is named. */
  aged?: { before: number; appId?: AppId };
  /** Held alone: what has no row yet. */
  alone?: string;
  /** The fence of this client may not be raised meanwhile (I28). */
  client?: Actor;
}

const here = ({ appId }: { appId: AppId }, dlgId: DlgId): { conversation: Place } => ({
  conversation: { appId, dlgId },
});
const of = (actor: Actor, dlgId: DlgId) => ({ ...here(actor, dlgId), client: actor });
const nothing = (): Locks => ({});

export const fenceOf = ({ appId, userId, client }: Actor): string =>
  ['fence', appId, userId, client?.sid ?? ''].join('\n');

/** Commands that are not here only read. Each says why it needs no lock, or what. */
export const locksOf: { [Name in CommandName]?: (...args: Parameters<Storage[Name]>) => Locks } = {
  // One statement each, of one row: the row itself is the lock.
  putApp: nothing,
  putUser: nothing,
  createSession: nothing,
  endSession: nothing,
  endSessionsOf: nothing,
  useTicket: nothing,
  forgetExpired: nothing,
  keepClosed: nothing,
  dropFiles: nothing,
  putUserCustom: nothing,
  putSettings: nothing,
  removeReply: nothing,
  removeAppReply: nothing,
  resolveReport: nothing,
  dropReports: nothing,
  // The head of the audit is moved on by whoever finds it where it was.
  appendAudit: nothing,
  ping: nothing,
  // Two who come with the same token: the second finds the row changed, and then the token among those that were spent.
  rotateRefresh: nothing,

  raiseFence: (actor) => ({ alone: fenceOf(actor) }),
  createConversation: ({ appId, members }) => ({ users: { appId, userIds: members.map(({ userId }) => userId) } }),
  addMembers: (place, { members }) => ({
    conversation: place,
    withNotes: true,
    users: { appId: place.appId, userIds: members.map(({ userId }) => userId) },
  }),
  removeMember: (place) => ({ conversation: place, withNotes: true }),
  shredConversation: (place) => ({ conversation: place, withNotes: true }),
  // Nobody else can name what it touches.
  dropShredded: () => ({ alone: 'drop shredded' }),
  appendMessage: of,
  appendFor: (place) => ({ conversation: place }),
  recallMessage: of,
  raiseMarks: (actor, dlgId) => ({ member: { ...actor, dlgId }, client: actor }),
  putFile: of,
  dropMessages: (before, _now, _dedupeMs, appId) => ({
    alone: 'drop messages',
    aged: { before, ...(appId !== undefined && { appId }) },
  }),
  muteMember: of,
  muteFor: (place) => ({ conversation: place }),
  putReport: of,

  patchDesk: (actor, dlgId) => ({ ...of(actor, dlgId), withNotes: true }),
  callService: of,
  visitConversation: of,
  joinConversation: (actor, dlgId) => ({
    ...of(actor, dlgId),
    withNotes: true,
    users: { appId: actor.appId, userIds: [actor.userId] },
  }),
  openLane: (actor, dlgId) => ({ ...of(actor, dlgId), withNotes: true }),
  putReply: ({ appId, userId }) => ({ alone: ['replies', appId, userId].join('\n') }),
  putAppReply: (appId) => ({ alone: ['replies', appId, ''].join('\n') }),
};

/** More than any call of `dropMessages` drops from: each of them has a message to go. */
const MOST_AGED = 300;

/** Takes them in order. All statements go out together; each sees what was committed when the one before had its lock. */
export async function lockFor({ name, args }: Call, sql: PgSql): Promise<void> {
  const locks = (locksOf[name] as ((...args: readonly unknown[]) => Locks) | undefined)?.(...args);
  if (!locks) throw new Error(`${name} writes, and locks.ts does not say what it locks`);
  const { conversation, withNotes, users, member, aged, alone, client } = locks;
  const taken: Promise<unknown>[] = [];
  if (alone !== undefined) taken.push(sql.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, alone));
  if (client?.client) taken.push(lockFences(sql, [fenceOf(client)]));
  if (conversation) {
    const { appId, dlgId } = conversation;
    taken.push(
      sql.query(`SELECT id FROM conversations WHERE app_id = $1 AND dlg_id = $2 FOR NO KEY UPDATE`, appId, dlgId),
    );
    if (withNotes) {
      taken.push(
        sql.query(
          `SELECT id FROM conversations WHERE lane_of =
             (SELECT id FROM conversations WHERE app_id = $1 AND dlg_id = $2) FOR NO KEY UPDATE`,
          appId,
          dlgId,
        ),
      );
    }
  }
  if (aged) {
    taken.push(
      sql.query(
        `SELECT id FROM conversations WHERE id IN (
           SELECT id FROM conversations WHERE oldest_at < $1 ${aged.appId === undefined ? '' : 'AND app_id = $2'}
           ORDER BY oldest_at LIMIT ${MOST_AGED}
         ) ORDER BY id FOR NO KEY UPDATE`,
        aged.before,
        ...(aged.appId === undefined ? [] : [aged.appId]),
      ),
    );
  }
  if (users) {
    taken.push(
      sql.query(
        `SELECT user_id FROM users WHERE app_id = $1 AND user_id = ANY ($2::text[]) ORDER BY user_id FOR NO KEY UPDATE`,
        users.appId,
        users.userIds,
      ),
    );
  }
  if (member) {
    taken.push(
      sql.query(
        `SELECT 1 FROM members m JOIN conversations c ON c.id = m.conversation
         WHERE c.app_id = $1 AND c.dlg_id = $2 AND m.user_id = $3 FOR NO KEY UPDATE OF m`,
        member.appId,
        member.dlgId,
        member.userId,
      ),
    );
  }
  await Promise.all(taken);
}

/** Shared by all that the client does meanwhile. In order, as a batch takes several. */
export const lockFences = (sql: PgSql, fences: readonly string[]): Promise<unknown> =>
  sql.query(
    `SELECT pg_advisory_xact_lock_shared(key) FROM (
       SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest($1::text[]) AS name ORDER BY key
     ) AS keys`,
    fences,
  );
