import type { News, Outside } from '../client/state.ts';
import type { Happening } from '../client/turn.ts';
import { newsCame, restored } from '../client/waiting.ts';
import type { Clock } from '../connection/clock.ts';
import { entryOf, type Entry } from './outbox.ts';
import { inTime, type Kept, type OutboxStore } from './store.ts';
import type { Tabs } from './tabs.ts';

interface KeepingPorts {
  store: OutboxStore;
  tabs: Tabs;
  clock: Clock;
}

/**
 * Carries the outbox out of the page, and back in: to the store, and to the other tabs of the user. Outside, times are by
 * the clock on the wall, which is `ahead` of ours.
 */
export function keeping(
  server: string,
  ahead: number,
  { store, tabs, clock }: KeepingPorts,
  dispatch: (happening: Happening) => void,
): Pick<Outside, 'restore' | 'keep' | 'forget' | 'share'> & { leave(): void } {
  let user = '';
  let channel = tabs.join('', () => {});

  const keptOf = ({ dlgId, clientMsgId, content, at, isUnsure, error }: Entry): Kept => ({
    user,
    dlgId,
    clientMsgId,
    content,
    at: at + ahead,
    by: tabs.id,
    error,
    isUnsure,
  });

  /** Nobody knows whether what was not given up had gone out by the time its page was closed. */
  const foundOf = (kept: Kept): Entry =>
    entryOf({ ...kept, at: kept.at - ahead, isUnsure: kept.isUnsure || !kept.error }, kept.by !== tabs.id);

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
        entries.push(foundOf(ours));
      }
      return entries;
    });

  function heard(news: unknown): void {
    try {
      dispatch((turn) => newsCame(turn, later(news as News, -ahead)));
    } catch {
      // A tab with another version of this SDK says it otherwise.
    }
  }

  return {
    restore(uid, isFirst) {
      if (isFirst) {
        user = `${server} ${uid}`;
        channel.leave();
        channel = tabs.join(user, heard);
      }
      const of = user;
      void inTime(takeOver(of, isFirst), clock)
        .catch((): Entry[] => [])
        .then((entries) => dispatch((turn) => restored(turn, uid, entries)));
    },
    keep: (entry) => void store.keep(keptOf(entry)).catch(() => {}),
    forget: (name) => void store.forget({ user, ...name }).catch(() => {}),
    share: (news) => channel.say(later(news, ahead)),
    leave: () => channel.leave(),
  };
}

const later = (news: News, byMs: number): News => ('at' in news ? { ...news, at: news.at + byMs } : news);
