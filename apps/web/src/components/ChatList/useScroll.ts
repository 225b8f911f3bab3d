import { nextTick, onMounted, onScopeDispose, ref, type ShallowRef } from 'vue';

/** Nearer to the end than this is at the end. */
const AT_END_PX = 60;

/** The scroll position of the list: at the end, or held by what the reader looks at. Never moved by the browser. */
export function useScroll(list: Readonly<ShallowRef<HTMLElement | null>>) {
  const isAtEnd = ref(true);

  const fromEndPx = () => {
    const at = list.value;
    return at ? at.scrollHeight - at.clientHeight - at.scrollTop : 0;
  };
  const toEnd = () => {
    const at = list.value;
    if (at) at.scrollTop = at.scrollHeight;
    isAtEnd.value = true;
  };

  /** Call before the rows change; it puts things right once they have. */
  async function keepPlace(isFollowing: boolean): Promise<void> {
    const anchor = isFollowing ? undefined : visibleRow(list.value);
    const before = anchor?.getBoundingClientRect().top ?? 0;
    await nextTick();
    const at = list.value;
    if (!at) return;
    if (isFollowing) toEnd();
    else if (anchor?.isConnected) {
      const moved = anchor.getBoundingClientRect().top - before;
      if (moved !== 0) at.scrollTop += moved;
    }
  }

  // Pictures, the keyboard and the growing editor change heights: who is at the end stays there.
  let watcher: ResizeObserver | undefined;
  onMounted(() => {
    const at = list.value;
    if (!at) return;
    watcher = new ResizeObserver(() => {
      if (isAtEnd.value) toEnd();
    });
    watcher.observe(at);
    if (at.firstElementChild) watcher.observe(at.firstElementChild);
  });
  onScopeDispose(() => watcher?.disconnect());

  return { isAtEnd, fromEndPx, toEnd, keepPlace, isNearEnd: () => fromEndPx() <= AT_END_PX };
}

/** The second row in sight: the first may change its own shape when rows come before it. */
function visibleRow(list: HTMLElement | null): Element | undefined {
  if (!list) return undefined;
  const top = list.getBoundingClientRect().top;
  let isSecond = false;
  let last: Element | undefined;
  for (const row of list.querySelectorAll('[data-key]')) {
    last = row;
    if (row.getBoundingClientRect().bottom <= top) continue;
    if (isSecond) return row;
    isSecond = true;
  }
  return last;
}
