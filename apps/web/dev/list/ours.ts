import '../../src/assets/tokens.css';
import '../../src/assets/base.css';
import { id, type ClientMsgId, type DlgId, type UserId } from '@trialogue/protocol';
import { createApp, h, shallowRef } from 'vue';

import ChatList from '../../src/components/ChatList/ChatList.vue';
import type { Entry } from '../../src/components/ChatList/rows.ts';
import { textAt } from './subject.ts';
import { watch } from './watch.ts';

const me = id<UserId>('ada');
const people = new Map(
  (['ada', 'bo', 'cy'] as const).map((name, at) => [
    id<UserId>(name),
    { name, urole: (['user', 'merchant', 'service'] as const)[at] ?? 'user', avatar: '' },
  ]),
);
const entries = shallowRef<readonly Entry[]>([]);
const list = shallowRef<InstanceType<typeof ChatList>>();
const DAY = Date.UTC(2026, 10, 22);

function entryAt(seq: number): Entry {
  const fromuid = id<UserId>((['ada', 'bo', 'cy'] as const)[Math.abs(seq) % 3] ?? 'ada');
  return {
    key: `${fromuid} ${seq}`,
    seq,
    clientMsgId: id<ClientMsgId>(`m${seq}`),
    fromuid,
    said: { type: 'text', text: textAt(seq) },
    sentAt: DAY + seq * 20_000,
    recalled: false,
    state: 'sent',
  };
}

/** Low enough for older ones to be put before it. */
const FIRST = 10_000;

watch({
  prepare: (count) => (entries.value = Array.from({ length: count }, (_, at) => entryAt(FIRST + at))),
  mount: () =>
    createApp({
      render: () =>
        h(ChatList, {
          ref: list,
          dlgId: id<DlgId>('long'),
          entries: entries.value,
          me,
          people,
          older: 'none',
          readersOf: () => 0,
          others: 2,
          canEditAgain: () => false,
        }),
    }).mount('#app'),
  prepend(count) {
    const first = entries.value[0]?.seq ?? FIRST;
    entries.value = [...Array.from({ length: count }, (_, at) => entryAt(first - count + at)), ...entries.value];
  },
  toFirst: () => list.value?.show(entries.value[0]?.seq ?? FIRST),
  append() {
    entries.value = [...entries.value, entryAt((entries.value.at(-1)?.seq ?? FIRST) + 1)];
  },
  scroller: () => document.querySelector<HTMLElement>('[role=log]') ?? undefined,
  rows: () => [...document.querySelectorAll<HTMLElement>('[role=log] article')],
  hasLast: () => document.querySelector(`[data-seq="${entries.value.at(-1)?.seq}"]`) !== null,
});
