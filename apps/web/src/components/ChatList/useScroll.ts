import { nextTick, onMounted, onScopeDispose, ref, type ShallowRef } from 'vue';

/** Nearer to the end than this is at the end. */
const AT_END_PX = 60;
/** Where the browser does not say that scrolling has ended. */
const STILL_MS = 150;

/**
 * On an iPhone, whoever writes `scrollTop` under a finger, or while the list still glides, stops it dead or is ignored.
 * Elsewhere a relative write does no harm. Only WebKit on touch screens knows this property.
 */
const isTender = (): boolean =>
  matchMedia('(pointer: coarse)').matches && CSS.supports('-webkit-touch-callout', 'none');

/**
 * The scroll position of the list: at the end, or held by what the reader looks at. Never moved by the browser
 * (`overflow-anchor: none`), and by us with one relative write in the task that changed the rows.
 */
export function useScroll(list: Readonly<ShallowRef<HTMLElement | null>>, cameToRest: () => void) {
  const isAtEnd = ref(true);
  const isMoving = ref(false);
  let isTouching = false;
  let resting: ReturnType<typeof setTimeout> | undefined;
  const mustWait = isTender();
  let isEndDue = false;

  const isHeld = () => mustWait && (isTouching || isMoving.value);
  const roomPx = () => (list.value ? list.value.scrollHeight - list.value.clientHeight : 0);
  const fromEndPx = () => roomPx() - (list.value?.scrollTop ?? 0);
  /** Where one stood when one was last seen at the end, and how far down that was possible. */
  let end = { top: 0, room: 0 };
  const noteEnd = () => (end = { top: list.value?.scrollTop ?? 0, room: roomPx() });
  /**
   * Who is at the end is still there when what is above it has grown and he has not scrolled: the browser tells of the
   * scrolling that brought him there before it tells of what has grown meanwhile.
   */
  function isNearEnd(): boolean {
    if (fromEndPx() <= AT_END_PX) {
      noteEnd();
      return true;
    }
    return isAtEnd.value && roomPx() > end.room && Math.abs((list.value?.scrollTop ?? 0) - end.top) < 1;
  }
  /** Whoever has begun to scroll up, be it by a finger's breadth, is not pulled back by what grows above. */
  const hasStayed = () =>
    isAtEnd.value &&
    (fromEndPx() < 1 || (end.top + 1 >= end.room && Math.abs((list.value?.scrollTop ?? 0) - end.top) < 1));
  function moveTo(top: number): void {
    const at = list.value;
    if (at && Math.abs(at.scrollTop - top) >= 0.5) at.scrollTop = top;
  }
  const toEnd = () => {
    const at = list.value;
    isAtEnd.value = true;
    isEndDue = isHeld();
    if (at && !isEndDue) {
      at.scrollTop = at.scrollHeight;
      noteEnd();
    }
    remember();
  };

  /** The row that must not move, and where it stood among the rows: what is above it may grow and shrink. */
  let anchor: { row: Element; offset: number } | undefined;
  function remember(): void {
    const row = secondInSight(list.value);
    anchor = row && { row, offset: offsetOf(row) };
  }
  /** Puts the anchor back where it was on screen. */
  function restore(): void {
    if (!anchor?.row.isConnected || !list.value) return remember();
    const grown = offsetOf(anchor.row) - anchor.offset;
    if (grown !== 0 && !isHeld()) {
      moveTo(list.value.scrollTop + grown);
      anchor.offset += grown;
    }
  }
  /** What has grown above it since is made up for before another row holds the place: the observer may tell of it later. */
  function moveOn(): void {
    if (anchor?.row.isConnected) restore();
    remember();
  }
  const offsetOf = (row: Element) =>
    row.getBoundingClientRect().top - (list.value?.firstElementChild?.getBoundingClientRect().top ?? 0);

  /** Call before the rows change; it puts things right once they have. */
  async function keepPlace(isFollowing: boolean): Promise<void> {
    if (!isFollowing) moveOn();
    await nextTick();
    if (isFollowing) toEnd();
    else {
      restore();
      remember();
    }
  }

  function rest(): void {
    clearTimeout(resting);
    resting = undefined;
    isMoving.value = false;
    if (isTouching) return;
    if (isEndDue) toEnd();
    cameToRest();
  }
  function scrolled(): void {
    isMoving.value = true;
    moveOn();
    clearTimeout(resting);
    // `scrollend` comes later under a finger that lies still, and in old browsers not at all.
    resting = setTimeout(rest, STILL_MS);
  }
  const touch = (event: TouchEvent) => {
    isTouching = event.touches.length > 0;
    if (!isTouching && !isMoving.value) rest();
  };

  // Pictures that come late, the keyboard and the growing editor change heights. Who is at the end stays there, and
  // nobody else is moved.
  let watcher: ResizeObserver | undefined;
  onMounted(() => {
    const at = list.value;
    if (!at) return;
    watcher = new ResizeObserver(() => {
      if (hasStayed()) toEnd();
      else restore();
    });
    watcher.observe(at);
    if (at.firstElementChild) watcher.observe(at.firstElementChild);
    for (const type of ['touchstart', 'touchend', 'touchcancel'] as const)
      at.addEventListener(type, touch, { passive: true });
  });
  onScopeDispose(() => {
    watcher?.disconnect();
    clearTimeout(resting);
  });

  return {
    isAtEnd,
    isMoving,
    isHeld,
    fromEndPx,
    toEnd,
    moveTo,
    keepPlace,
    remember,
    scrolled,
    rest,
    isNearEnd,
  };
}

export type Scroll = ReturnType<typeof useScroll>;

/** The first row that can be seen; rows stand in order, so half of them need not be looked at. */
export function firstInSight(
  list: HTMLElement | null,
): { rows: HTMLCollectionOf<HTMLElement>; at: number } | undefined {
  if (!list) return undefined;
  const rows = list.getElementsByTagName('article');
  const top = list.getBoundingClientRect().top;
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) <= top) low = middle + 1;
    else high = middle;
  }
  return { rows, at: low };
}

/** The first one may change its own shape when rows come before it. */
function secondInSight(list: HTMLElement | null): Element | undefined {
  const sight = firstInSight(list);
  return sight && (sight.rows[sight.at + 1] ?? sight.rows[sight.at] ?? sight.rows[sight.rows.length - 1]);
}

/** The last row of which at least half can be seen. */
export function lastInSight(list: HTMLElement | null): HTMLElement | undefined {
  if (!list) return undefined;
  const rows = list.getElementsByTagName('article');
  const bottom = list.getBoundingClientRect().bottom;
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const box = rows[middle]?.getBoundingClientRect();
    if (box && box.top + box.height / 2 <= bottom) low = middle + 1;
    else high = middle;
  }
  return rows[low - 1];
}
