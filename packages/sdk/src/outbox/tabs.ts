import { attempt } from '../attempt.ts';
import { newClientMsgId } from '../clientMsgId.ts';

/** The tabs of one browser that have the same user, this one among them. */
export interface Tabs {
  /** Names this one. */
  readonly id: string;
  /** Does the work while no other tab does such. `isThere` says of a tab whether it may still be alive. */
  alone<T>(user: string, work: (isThere: (id: string) => boolean) => Promise<T>): Promise<T>;
  /** Hears what the others say, and says it to them. */
  join(user: string, hear: (news: unknown) => void): { say(news: unknown): void; leave(): void };
}

/** Where there are no others. */
export const onlyTab: Tabs = {
  id: '',
  alone: (_, work) => work(() => false),
  join: () => ({ say: () => {}, leave: () => {} }),
};

/**
 * What a browser has. Each tab holds a lock for as long as it lives, so that the others know when it does not. Without
 * locks (a page without https) nobody knows, and each tab looks after its own messages only, over reloads too.
 */
export function browserTabs(): Tabs {
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  const id = locks ? newClientMsgId() : ownName();
  const isHeld = new Promise<void>((held) => {
    const forLife = locks?.request(lockOf(id), () => {
      held();
      return new Promise(() => {});
    });
    // Without locks, or where a frame may not use them, there is nothing to wait for.
    Promise.resolve(forLife)
      .finally(held)
      .catch(() => {});
  });
  return {
    id,
    async alone(user, work) {
      await isHeld;
      if (!locks) return work(() => true);
      const guarded = locks.request(`im-outbox:${user}`, async () => {
        const held = new Set((await locks.query()).held?.map(({ name }) => name));
        return work((tab) => held.has(lockOf(tab)));
      });
      // Some frames may not use them: what is our own can be looked after all the same.
      return guarded.catch(() => work(() => true));
    },
    join(user, hear) {
      try {
        const channel = new BroadcastChannel(`im-outbox:${user}`);
        channel.onmessage = ({ data }) => hear(data);
        return { say: (news) => channel.postMessage(news), leave: () => channel.close() };
      } catch {
        // There is none here, or not in this frame.
        return onlyTab.join(user, hear);
      }
    },
  };
}

const lockOf = (tab: string) => `im-tab:${tab}`;

/** The same after a reload. A tab that was duplicated has it too; both then send, and it is stored once. */
function ownName(): string {
  const fresh = newClientMsgId();
  return attempt(() => {
    const known = sessionStorage.getItem('im-tab') ?? fresh;
    sessionStorage.setItem('im-tab', known);
    return known;
  }, fresh);
}
