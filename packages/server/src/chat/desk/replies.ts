import type { AppId, Limits, UserId } from '@trialogue/protocol';
import type { Reply } from '@trialogue/protocol/api';

import type { Actor, Clock, KeyWrap } from '../ports.ts';
import type { Desk, DeskPlatform } from './desk.ts';
import type { DeskStore } from './ports.ts';

type Words = Pick<Reply, 'title' | 'text'>;

/** Whose it is, and which. */
interface ReplyName {
  appId: AppId;
  /** Without one it is the app's. */
  owner?: UserId | undefined;
  replyId: string;
}

/** Bound to the app, the owner and the id: a row that is put elsewhere in the database opens no more. */
export const context = ({ appId, owner, replyId }: ReplyName): string[] =>
  owner === undefined ? ['cannedReply', appId, 'app', replyId] : ['cannedReply', appId, 'own', owner, replyId];

/**
 * What lies sealed of a reply. Those of an agent were first bound to no owner; they open so until they are written again,
 * or put under another master key.
 */
export function unwrapReply(keys: KeyWrap, sealed: string, name: ReplyName): Uint8Array {
  try {
    return keys.unwrap(sealed, context(name));
  } catch (error) {
    if (name.owner === undefined) throw error;
    return keys.unwrap(sealed, ['cannedReply', name.appId, 'own', name.replyId]);
  }
}

/** Canned replies, of an agent and of the whole app. They are words of people, so they lie sealed. */
export function replies(at: { desk: DeskStore; keys: KeyWrap; clock: Clock; limits: Limits }): {
  own: Pick<Desk, 'replies' | 'putReply' | 'removeReply'>;
  ofApp: Pick<DeskPlatform, 'replies' | 'putReply' | 'removeReply'>;
} {
  const seal = (name: ReplyName, { title, text }: Words) =>
    at.keys.wrap(Buffer.from(JSON.stringify({ title, text })), context(name));
  const wordsOf = (sealed: string, name: ReplyName) =>
    JSON.parse(Buffer.from(unwrapReply(at.keys, sealed, name)).toString()) as Words;
  const { limits } = at;

  return {
    own: {
      replies: async (actor: Actor) => {
        const rows = await at.desk.listReplies(actor);
        return {
          list: rows.map(({ replyId, scope, sealed }) => {
            const owner = scope === 'own' ? actor.userId : undefined;
            return { replyId, scope, ...wordsOf(sealed, { appId: actor.appId, owner, replyId }) };
          }),
        };
      },
      async putReply(actor, replyId, words) {
        const sealed = seal({ appId: actor.appId, owner: actor.userId, replyId }, words);
        await at.desk.putReply(actor, { replyId, sealed, now: at.clock.now(), most: limits.repliesPerAgent });
        return { replyId, scope: 'own', ...words };
      },
      removeReply: (actor, replyId) => at.desk.removeReply(actor, replyId),
    },
    ofApp: {
      replies: async (appId) => {
        const rows = await at.desk.listAppReplies(appId);
        return {
          list: rows.map(({ replyId, scope, sealed }) => ({ replyId, scope, ...wordsOf(sealed, { appId, replyId }) })),
        };
      },
      async putReply(appId, replyId, words) {
        const sealed = seal({ appId, replyId }, words);
        await at.desk.putAppReply(appId, { replyId, sealed, now: at.clock.now(), most: limits.repliesPerApp });
        return { replyId, scope: 'app', ...words };
      },
      removeReply: (appId, replyId) => at.desk.removeAppReply(appId, replyId),
    },
  };
}
