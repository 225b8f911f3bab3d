import { limits, type Message } from '@trialogue/protocol';
import type { Store } from '@trialogue/server/core';

/** Ways to break the system on purpose: a world that does not notice them proves nothing. */
export const faults = [
  'acknowledges before the commit',
  'stores a repeat once more',
  'shows a repeated frame again',
  'never catches up',
  'pages are off by one',
  'accepts an old key',
  'never looks whether a notice was lost',
] as const;

export type Fault = (typeof faults)[number];

const AGAIN = '-again';

/** The database, broken in one way. */
export function brokenStore(fault: Fault | undefined, store: Store): Store {
  switch (fault) {
    case 'stores a repeat once more':
      return {
        ...store,
        async appendMessage(actor, dlgId, draft, now) {
          const isRepeat = await store.findByClientMsgId({ ...actor, dlgId }, draft.fromuid, draft.clientMsgId);
          const clientMsgId = isRepeat
            ? (`${draft.clientMsgId}${AGAIN}` as typeof draft.clientMsgId)
            : draft.clientMsgId;
          return store.appendMessage(actor, dlgId, { ...draft, clientMsgId }, now);
        },
        messagesAfter: async (...args) => (await store.messagesAfter(...args)).map(withFirstName),
        readPage: async (...args) => {
          const page = await store.readPage(...args);
          return { ...page, list: page.list.map(withFirstName) };
        },
      };
    case 'pages are off by one':
      return {
        ...store,
        readPage: (actor, dlgId, { after, ...range }) =>
          store.readPage(actor, dlgId, { ...range, ...(after !== undefined && { after: after + 1 }) }),
      };
    case 'accepts an old key':
      return {
        ...store,
        async appendMessage(actor, dlgId, draft, now) {
          const conversation = await store.findConversation({ ...actor, dlgId });
          return store.appendMessage(actor, dlgId, { ...draft, epoch: conversation?.epoch ?? draft.epoch }, now);
        },
      };
    default:
      return store;
  }
}

/** What a node sees of the database, broken in one way: `slow` is the store that takes its time. */
export function hastyStore(fault: Fault | undefined, slow: Store, real: Store): Store {
  if (fault !== 'acknowledges before the commit') return slow;
  return {
    ...slow,
    async appendMessage(actor, dlgId, draft, now) {
      const conversation = await real.findConversation({ ...actor, dlgId });
      slow.appendMessage(actor, dlgId, draft, now).catch(() => {});
      return { seq: (conversation?.head ?? 0) + 1, msgId: draft.msgId, sentAt: now, repeated: false };
    },
  };
}

/** Whether this client keeps a frame to itself that it should send. */
export const swallows = (fault: Fault | undefined, frame: object): boolean =>
  fault === 'never catches up' && isCatchUp(frame);

/** A page that the client asks for by itself: nobody in the script asks for so many. */
export const isCatchUp = (frame: object): boolean =>
  'after' in frame && 'limit' in frame && frame.limit === limits.pageMost;

const withFirstName = (message: Message): Message => ({
  ...message,
  clientMsgId: message.clientMsgId.replace(AGAIN, '') as typeof message.clientMsgId,
});
