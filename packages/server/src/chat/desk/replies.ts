import type { AppId, Limits } from '@trialogue/protocol';
import type { Reply } from '@trialogue/protocol/api';

import type { Actor, Clock, KeyWrap } from '../ports.ts';
import type { Desk, DeskPlatform } from './desk.ts';
import type { DeskStore, ReplyRow } from './ports.ts';

type Words = Pick<Reply, 'title' | 'text'>;

/** Bound to the app and to the id: a row that is put elsewhere in the database opens no more. */
export const context = (appId: AppId, { replyId, scope }: Pick<ReplyRow, 'replyId' | 'scope'>): string[] => [
  'cannedReply',
  appId,
  scope,
  replyId,
];

/** Canned replies, of an agent and of the whole app. They are words of people, so they lie sealed. */
export function replies(at: { desk: DeskStore; keys: KeyWrap; clock: Clock; limits: Limits }): {
  own: Pick<Desk, 'replies' | 'putReply' | 'removeReply'>;
  ofApp: Pick<DeskPlatform, 'replies' | 'putReply' | 'removeReply'>;
} {
  const seal = (appId: AppId, name: Pick<ReplyRow, 'replyId' | 'scope'>, { title, text }: Words) =>
    at.keys.wrap(Buffer.from(JSON.stringify({ title, text })), context(appId, name));
  const open = (appId: AppId, { sealed, ...name }: ReplyRow): Reply => {
    const words = JSON.parse(Buffer.from(at.keys.unwrap(sealed, context(appId, name))).toString()) as Words;
    return { ...name, ...words };
  };
  const { limits } = at;

  return {
    own: {
      replies: async (actor: Actor) => ({
        list: (await at.desk.listReplies(actor)).map((row) => open(actor.appId, row)),
      }),
      async putReply(actor, replyId, words) {
        const name = { replyId, scope: 'own' } as const;
        const sealed = seal(actor.appId, name, words);
        await at.desk.putReply(actor, { replyId, sealed, now: at.clock.now(), most: limits.repliesPerAgent });
        return { ...name, ...words };
      },
      removeReply: (actor, replyId) => at.desk.removeReply(actor, replyId),
    },
    ofApp: {
      replies: async (appId) => ({ list: (await at.desk.listAppReplies(appId)).map((row) => open(appId, row)) }),
      async putReply(appId, replyId, words) {
        const name = { replyId, scope: 'app' } as const;
        const sealed = seal(appId, name, words);
        await at.desk.putAppReply(appId, { replyId, sealed, now: at.clock.now(), most: limits.repliesPerApp });
        return { ...name, ...words };
      },
      removeReply: (appId, replyId) => at.desk.removeAppReply(appId, replyId),
    },
  };
}
