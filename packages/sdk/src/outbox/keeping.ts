import type { Instant, UserId } from '@trialogue/protocol';

import type { ClientEvent, News } from '../client/state.ts';
import type { Clock } from '../connection/clock.ts';
import type { Entry, Name } from './outbox.ts';
import { inTime, type Kept, type OutboxStore } from './store.ts';
import type { Tabs } from './tabs.ts';

interface KeepingPorts {
  store: OutboxStore;
  tabs: Tabs;
  clock: Clock;
  /** Our time as that of the clock on the wall, and back. */
  toDate: (at: Instant) => Instant;
  fromDate: (date: Instant) => Instant;
  dispatch: (event: ClientEvent) => void;
}

/** Carries the outbox out of the page, and back in: to the store, and to the other tabs of the user. */
export function keeping(server: string, { store, tabs, clock, toDate, fromDate, dispatch }: KeepingPorts) {
  let user = '';
  let channel = tabs.join('', () => {});

  const keptOf = ({ dlgId, clientMsgId, content, at, isUnsure, state }: Entry): Kept => ({
    user,
    dlgId,
    clientMsgId,
    content,
    at: toDate(at),
    by: tabs.id,
    error: state.name === 'failed' ? state.error : undefined,
    isUnsure,
  });

  function entryOf({ dlgId, clientMsgId, content, at, by, error, isUnsure }: Kept): Entry {
    const state = (): Entry['state'] => {
      if (by !== tabs.id) return { name: 'elsewhere', is: error ? 'failed' : 'queued', error };
      return error ? { name: 'failed', error } : { name: 'queued' };
    };
    // Nobody knows whether what was not given up had gone out by the time its page was closed.
    return {
      dlgId,
      clientMsgId,
      content,
      at: fromDate(at),
      isUnsure: isUnsure || !error,
      refusals: 0,
      state: state(),
    };
  }

  /** What this tab is to look after from now on, and what others do. What nobody does any more is taken over. */
  const takeOver = (of: string, isFirst: boolean): Promise<Entry[]> =>
    tabs.alone(of, async (isThere) => {
      const entries: Entry[] = [];
      for (const kept of await store.all(of)) {
        const isOurs = kept.by === tabs.id;
        // Later on this page knows better than the store what has become of its own.
        if (isOurs && !isFirst) continue;
        const ours = isOurs || isThere(kept.by) ? kept : { ...kept, by: tabs.id };
        if (ours !== kept) await store.keep(ours);
        entries.push(entryOf(ours));
      }
      return entries;
    });

  function heard(news: unknown): void {
    try {
      dispatch({ type: 'news', news: withTime(news as News, fromDate) });
    } catch {
      // A tab with another version of this SDK says it otherwise.
    }
  }

  return {
    restore(uid: UserId, isFirst: boolean): void {
      if (isFirst) {
        user = `${server} ${uid}`;
        channel.leave();
        channel = tabs.join(user, heard);
      }
      const of = user;
      void inTime(takeOver(of, isFirst), clock)
        .catch((): Entry[] => [])
        .then((entries) => dispatch({ type: 'restored', uid, entries }));
    },
    keep(entry: Entry): void {
      store.keep(keptOf(entry)).catch(() => {});
    },
    forget({ dlgId, clientMsgId }: Name): void {
      store.forget({ user, dlgId, clientMsgId }).catch(() => {});
    },
    share: (news: News) => channel.say(withTime(news, toDate)),
    leave: () => channel.leave(),
  };
}

const withTime = (news: News, time: (at: Instant) => Instant): News =>
  'at' in news ? { ...news, at: time(news.at) } : news;
