import type { DlgId, Instant, Payload, Seq, UserId } from '@trialogue/protocol';
import { inject, type InjectionKey } from 'vue';

import type { ActionName } from './actions.ts';
import type { People } from './people.ts';
import type { Entry } from './rows.ts';

/** What every row of one list shares. Reactive: read it where it is shown. */
export interface ListContext {
  readonly dlgId: DlgId;
  readonly me: UserId;
  readonly people: People;
  /** The time, as often as it matters. */
  readonly now: number;
  /** How many others there are, and how many of them a message has reached, and been read by. */
  readonly others: number;
  /** Those that are chosen, by key, while several are being chosen. */
  readonly chosen: ReadonlySet<string> | undefined;
  /** The whole of when something was said, in words. Not before the first rows are drawn: the words for it take long. */
  when: (at: Instant) => string | undefined;
  deliveredTo: (seq: Seq | undefined) => number;
  readersOf: (seq: Seq | undefined) => number;
  /** A message as it is shown, if it is at hand. */
  at: (seq: Seq) => Entry | undefined;
  canEditAgain: (entry: Entry) => boolean;
  act: (action: ActionName, entry: Entry) => void;
  say: (payload: Payload) => void;
  mention: (userId: UserId) => void;
  jump: (seq: Seq) => void;
  openMenu: (entry: Entry, at: MenuPlace) => void;
}

/** Beside what a menu opens, and who gets the focus back. */
export interface MenuPlace {
  x: number;
  y: number;
  from: HTMLElement;
}

export const listKey: InjectionKey<ListContext> = Symbol('list');

export function useList(): ListContext {
  const list = inject(listKey);
  if (!list) throw new Error('A row stands outside of a list: mount it in ChatList.vue, or provide listKey.');
  return list;
}

/** What is being looked for in the list, to be marked where it stands. */
export const soughtKey: InjectionKey<{ readonly value: string }> = Symbol('sought');
