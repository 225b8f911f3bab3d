import { limits, type Instant } from '@trialogue/protocol';

import type { Commands } from './commands.ts';
import { nameOf } from './messages.ts';
import type { Conversation, Row, Tables } from './tables.ts';

const ROWS_AT_ONCE = 200;

/** What is old enough goes. */
export function retention(tables: Tables) {
  const { journal } = tables;

  function forgetIds(before: Instant): number {
    let forgotten = 0;
    for (const { log, minSeq, byClientMsgId } of tables.conversations.values()) {
      for (const { message, droppedAt = before } of log.slice(0, minSeq - 1)) {
        const isKnown = byClientMsgId.get(nameOf(message)) === message.seq;
        if (!isKnown || droppedAt >= before || forgotten === ROWS_AT_ONCE) continue;
        journal.drop(byClientMsgId, nameOf(message));
        forgotten++;
      }
    }
    return forgotten;
  }

  function dropFirst(conversation: Conversation, now: Instant): void {
    const row = oldestOf(conversation);
    if (row) journal.change(row, { droppedAt: now });
    journal.change(conversation, { minSeq: conversation.minSeq + 1 });
  }

  return {
    dropMessages(before, now) {
      let done = forgetIds(now - limits.dedupeMs);
      for (const conversation of tables.conversations.values()) {
        while (done < ROWS_AT_ONCE && (oldestOf(conversation)?.message.sentAt ?? before) < before) {
          dropFirst(conversation, now);
          done++;
        }
      }
      return done;
    },
  } satisfies Partial<Commands>;
}

const oldestOf = ({ log, minSeq }: Conversation): Row | undefined => log[minSeq - 1];
