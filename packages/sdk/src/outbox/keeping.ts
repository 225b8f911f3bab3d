import type { News, Outside } from '../client/state.ts';
import type { Happening } from '../client/turn.ts';
import { newsCame, restored } from '../client/waiting.ts';
import type { Clock } from '../connection/clock.ts';
import { entryOf, remove, type Entry, type Name, type Outbox } from './outbox.ts';
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
  /** What has been forgotten since the store was last asked: its answer may still hold it. */
  let gone: Name[] = [];

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
  const takeOver = (of: string, found: (entries: Outbox) => void): Promise<void> =>
    tabs.alone(of, async (isThere) => {
      gone = [];
      const all = await store.all(of, (by) => (isThere(by) ? by : tabs.id));
      found(gone.reduce(remove, all.map(foundOf)));
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
      const found = (entries: Outbox) => dispatch((turn) => restored(turn, uid, entries));
      void inTime(takeOver(user, found), clock).catch(() => found([]));
    },
    keep: (entry) => void store.keep(keptOf(entry)).catch(() => {}),
    forget(name) {
      gone.push(name);
      void store.forget({ user, ...name }).catch(() => {});
    },
    share: (news) => channel.say(later(news, ahead)),
    leave: () => channel.leave(),
  };
}

const later = (news: News, byMs: number): News => ('at' in news ? { ...news, at: news.at + byMs } : news);
