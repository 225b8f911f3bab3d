import type { AppId, DlgId, KeyEpoch, Seq, UserId } from '@trialogue/protocol';

import type { Log } from '../chat/chat.ts';
import type { Place } from '../chat/ports.ts';
import type { Timers } from './timers.ts';

/**
 * The newest that somebody names of the conversation. With whoever is removed a new key epoch begins; so when a message
 * names a newer one than the last answer knew of, or a mark a message that it did not, it is asked again. Word of a
 * removal may be lost, and nothing that comes after gets out to the one removed all the same (I20).
 */
export interface Named {
  epoch?: KeyEpoch;
  seq?: Seq;
}

/** Who is in a conversation, as far as fan-out has to know. */
export interface Members {
  /** Undefined when it has to be asked. */
  known(place: Place, named?: Named): ReadonlySet<UserId> | undefined;
  of(place: Place, named?: Named): Promise<ReadonlySet<UserId>>;
  /** Those of them who may not write, as far as the last answer knew. */
  mutedIn(place: Place): ReadonlySet<UserId>;
  /** Something about the members has changed. */
  changed(place: Place): void;
  /** Conversations the user is in, of those that were asked about lately. */
  placesOf(appId: AppId, userId: UserId): Place[];
}

/** Nobody is let in on an answer that is older (I36). */
const FRESH_MS = 5_000;
const KEPT = 10_000;

interface Asked {
  /** When: what was true then may have changed since. */
  readonly at: number;
  /** The newest that was named by then. */
  readonly epoch: KeyEpoch;
  seq: Seq;
}
interface Question {
  readonly asked: Asked;
  readonly answer: Promise<ReadonlySet<UserId>>;
}
interface Answer {
  readonly asked: Asked;
  readonly members: ReadonlySet<UserId>;
  readonly muted: ReadonlySet<UserId>;
}

interface Conversation {
  readonly place: Place;
  answer: Answer | undefined;
  question: Question | undefined;
}

const nobody: ReadonlySet<UserId> = new Set();

export function createMembers(log: Pick<Log, 'members'>, timers: Pick<Timers, 'now'>): Members {
  const conversations = new Map<string, Conversation>();
  const conversationsOf = new Map<string, Set<Conversation>>();

  const isGood = ({ asked }: Answer | Question, { epoch, seq = 0 }: Named): boolean =>
    timers.now() - asked.at < FRESH_MS && (epoch === undefined ? seq <= asked.seq : epoch <= asked.epoch);

  const file = (it: Conversation, answer: Answer | undefined) => {
    const [before, after] = [it.answer?.members ?? nobody, answer?.members ?? nobody];
    for (const userId of before) {
      if (after.has(userId)) continue;
      const key = keyOf(it.place.appId, userId);
      const mine = conversationsOf.get(key);
      mine?.delete(it);
      if (mine?.size === 0) conversationsOf.delete(key);
    }
    for (const userId of after) {
      if (before.has(userId)) continue;
      const key = keyOf(it.place.appId, userId);
      const mine = conversationsOf.get(key);
      if (mine) mine.add(it);
      else conversationsOf.set(key, new Set([it]));
    }
    it.answer = answer;
  };

  const ask = async (it: Conversation, asked: Asked): Promise<ReadonlySet<UserId>> => {
    try {
      const inside = await log.members(it.place);
      const members = new Set(inside.map(({ userId }) => userId));
      const muted = new Set(inside.filter(({ isMuted }) => isMuted).map(({ userId }) => userId));
      if (timers.now() - asked.at >= FRESH_MS) throw new Error('who is in a conversation came too late to be believed');
      if (it.question?.asked === asked) file(it, { asked, members, muted });
      return members;
    } finally {
      if (it.question?.asked === asked) it.question = undefined;
    }
  };

  const enter = (place: Place): Conversation => {
    const key = keyOf(place.appId, place.dlgId);
    const it = conversations.get(key) ?? { place, answer: undefined, question: undefined };
    // Whoever is asked about goes to the end of the line; the one at its head goes first.
    conversations.delete(key);
    conversations.set(key, it);
    const [first] = conversations;
    if (conversations.size > KEPT && first) {
      file(first[1], undefined);
      conversations.delete(first[0]);
    }
    return it;
  };

  const known: Members['known'] = (place, named = {}) => {
    const answer = conversations.get(keyOf(place.appId, place.dlgId))?.answer;
    if (!answer || !isGood(answer, named)) return undefined;
    answer.asked.seq = Math.max(answer.asked.seq, named.seq ?? 0);
    return answer.members;
  };

  return {
    known,
    async of(place, named = {}) {
      const good = known(place, named);
      if (good) return good;
      const it = enter(place);
      if (it.question && isGood(it.question, named)) return it.question.answer;
      const asked = {
        at: timers.now(),
        epoch: Math.max(named.epoch ?? 0, it.answer?.asked.epoch ?? 0),
        seq: Math.max(named.seq ?? 0, it.answer?.asked.seq ?? 0),
      };
      it.question = { asked, answer: ask(it, asked) };
      return it.question.answer;
    },
    mutedIn: (place) => conversations.get(keyOf(place.appId, place.dlgId))?.answer?.muted ?? nobody,
    changed(place) {
      const it = conversations.get(keyOf(place.appId, place.dlgId));
      if (!it) return;
      it.question = undefined;
      if (it.answer) it.answer = { ...it.answer, asked: { ...it.answer.asked, at: -Infinity } };
    },
    placesOf: (appId, userId) => [...(conversationsOf.get(keyOf(appId, userId)) ?? [])].map(({ place }) => place),
  };
}

const keyOf = (appId: AppId, id: UserId | DlgId): string => `${appId}\0${id}`;
