import { Refused, SYSTEM, type DlgId, type Instant, type Message, type Page, type Seq } from '@trialogue/protocol';
import { allow, printed, windowOf, type Accepted, type Actor, type Draft, type Range } from '@trialogue/server/core';

import type { Commands } from './commands.ts';
import { isIn, memberOf, type Conversation, type Row, type Tables } from './tables.ts';

/** The logs, and how far members are with them. */
export function messages(tables: Tables) {
  const { journal } = tables;
  const appendOnce = (conversation: Conversation, draft: Draft, now: Instant): Accepted => {
    const stored = findStored(conversation, draft);
    if (stored?.isSame) return stored.answer;
    if (stored) throw new Refused('message.id_conflict');
    return { ...answerOf(append(tables, conversation, draft, now)), repeated: false };
  };
  function readPage(actor: Actor, dlgId: DlgId, range: Range): Page {
    const { log, minSeq, logEpoch } = tables.openedBy(actor, dlgId, 'read');
    const { from, to, hasMore, reset } = windowOf(range, log.length, minSeq);
    return { list: between(log, from, to), hasMore, head: log.length, minSeq, logEpoch, ...(reset && { reset }) };
  }
  return {
    appendMessage(actor, dlgId, draft, now) {
      let conversation: Conversation;
      try {
        conversation = tables.openedBy(actor, dlgId, 'send');
      } catch (refusal) {
        // Stored as a member, then left: a refusal would say "certainly not stored" (I2).
        const place = tables.find({ ...actor, dlgId });
        const stored = place && findStored(place, { ...draft, fromuid: actor.userId });
        if (stored?.isSame) return stored.answer;
        throw refusal;
      }
      return appendOnce(conversation, draft, now);
    },
    appendFor(place, draft, now) {
      const conversation = tables.at(place);
      if (draft.fromuid !== SYSTEM && !isIn(conversation, draft.fromuid)) {
        throw new Refused('member.not_found', `userId: ${draft.fromuid}`);
      }
      // What is said again was sealed again; of what was dropped, the id alone decides.
      const stored = storedAs(conversation, draft);
      if (stored?.droppedAt !== undefined) return { ...answerOf(stored.message), repeated: true };
      return appendOnce(conversation, draft, now);
    },
    findByClientMsgId(place, fromuid, clientMsgId) {
      const found = tables.find(place);
      const row = found && storedAs(found, { fromuid, clientMsgId });
      return row?.droppedAt === undefined ? row?.message : undefined;
    },
    readPage,
    printPage: (actor, dlgId, range) => printed(readPage(actor, dlgId, range), range),
    messagesAfter(place, after, limit) {
      const found = tables.find(place);
      if (!found) return [];
      const from = Math.max(after + 1, found.minSeq);
      return between(found.log, from, from + limit - 1);
    },
    readMessage: (actor, dlgId, seq) => rowAt(tables.openedBy(actor, dlgId, 'read'), seq).message,
    recallMessage(actor, dlgId, { seq, tombstone, notice, notBefore, now }) {
      const conversation = tables.openedBy(actor, dlgId, 'read');
      const row = rowAt(conversation, seq);
      const { message } = row;
      allow('recall', { actor, dlgId, isMember: true, authorId: message.fromuid });
      if (message.recalledAt !== undefined) return { repeated: true } as const;
      if (message.sentAt < notBefore) throw new Refused('message.too_old');
      const said = append(tables, conversation, notice, now);
      const recalled = { ...message, content: tombstone, recalledAt: said.sentAt };
      journal.change(row, { message: recalled, saidBefore: message.content });
      return { recalled, notice: said };
    },
    raiseMarks(actor, dlgId, marks) {
      const conversation = tables.openedBy(actor, dlgId, 'mark');
      const member = memberOf(conversation, actor.userId);
      const head = conversation.log.length;
      const readSeq = Math.max(member.readSeq, Math.min(marks.readSeq ?? 0, head));
      const deliveredSeq = Math.max(member.deliveredSeq, Math.min(marks.deliveredSeq ?? 0, head), readSeq);
      const changed = readSeq > member.readSeq || deliveredSeq > member.deliveredSeq;
      if (changed) journal.change(member, { readSeq, deliveredSeq });
      return { deliveredSeq, readSeq, changed };
    },
  } satisfies Partial<Commands>;
}

/** Gives a message the next place. Time never falls inside a conversation (I34). @throws {Refused} key.stale_epoch */
export function append({ journal }: Tables, conversation: Conversation, draft: Draft, now: Instant): Message {
  if (draft.epoch !== conversation.epoch) throw new Refused('key.stale_epoch');
  const { msgId, clientMsgId, fromuid, content } = draft;
  const seq = conversation.log.length + 1;
  const sentAt = Math.max(now, conversation.updatedAt);
  const message: Message = { seq, msgId, clientMsgId, fromuid, content, sentAt };
  journal.change(conversation, { updatedAt: sentAt });
  journal.append(conversation.log, { message });
  journal.put(conversation.byClientMsgId, nameOf(draft), seq);
  return message;
}

type Name = Pick<Draft, 'fromuid' | 'clientMsgId'>;

export const nameOf = ({ fromuid, clientMsgId }: Name): string => `${fromuid} ${clientMsgId}`;

function storedAs(conversation: Conversation, name: Name): Row | undefined {
  const seq = conversation.byClientMsgId.get(nameOf(name));
  return seq === undefined ? undefined : conversation.log[seq - 1];
}

function findStored(conversation: Conversation, draft: Draft): { isSame: boolean; answer: Accepted } | undefined {
  const row = storedAs(conversation, draft);
  return (
    row && {
      isSame: (row.saidBefore ?? row.message.content) === draft.content,
      answer: { ...answerOf(row.message), repeated: true },
    }
  );
}

const answerOf = ({ seq, msgId, sentAt }: Message) => ({ seq, msgId, sentAt });

/** @throws {Refused} message.not_found */
function rowAt({ log, minSeq }: Conversation, seq: Seq): Row {
  const row = log[seq - 1];
  if (!row || seq < minSeq) throw new Refused('message.not_found');
  return row;
}

const between = (log: readonly Row[], from: Seq, to: Seq): Message[] =>
  log.slice(Math.max(0, from - 1), Math.max(0, to)).map(({ message }) => message);
