import type { Seq } from '@trialogue/protocol';
import { computed, nextTick, ref, type ShallowRef } from 'vue';

import { placeOfSeq } from './change.ts';
import type { ListProps } from './listProps.ts';
import { isUpTo } from './rows.ts';
import type { Scroll } from './useScroll.ts';
import type { Stretched } from './useStretch.ts';

/** So much of what was read before stays in sight above the line. */
const ABOVE_PX = 48;

/** The line above what was unread when the conversation was opened, and the way there where it is further up. */
export function useUnreadLine(
  list: Readonly<ShallowRef<HTMLElement | null>>,
  props: Pick<ListProps, 'entries' | 'newer' | 'unreadFrom' | 'unreadCount'>,
  { stretch, scroll, jump }: { stretch: Stretched; scroll: Scroll; jump: (seq: Seq) => void },
) {
  const isSeen = ref(false);
  return {
    /** Opens there when what is new is more than fits. */
    async open(): Promise<void> {
      const { unreadFrom, entries } = props;
      const at = list.value;
      if (!at || unreadFrom === undefined) return;
      const place = placeOfSeq(entries, unreadFrom);
      if (!stretch.holds(place) && isUpTo(unreadFrom - 1, entries[place - 1])) {
        stretch.around(place);
        await nextTick();
      }
      const line = at.querySelector('.unread');
      if (!line) return;
      const above = line.getBoundingClientRect().top - at.getBoundingClientRect().top;
      if (above >= 0 && stretch.ends()) return;
      scroll.moveTo(at.scrollTop + above - ABOVE_PX);
      scroll.isAtEnd.value = false;
    },
    /** How many were unread, where they begin further up than anything that is here. */
    further: computed(() =>
      props.unreadFrom !== undefined &&
      props.newer === 'none' &&
      !isUpTo(props.unreadFrom, props.entries[0]) &&
      !isSeen.value
        ? props.unreadCount
        : undefined,
    ),
    goThere(): void {
      isSeen.value = true;
      if (props.unreadFrom !== undefined) jump(props.unreadFrom);
    },
  };
}
