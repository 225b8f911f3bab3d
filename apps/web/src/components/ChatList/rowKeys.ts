import type { ShallowRef } from 'vue';

/**
 * The list by keyboard: ↑ and ↓ go from message to message, Page Up and Page Down by the screen, Home and End to the
 * ends; Enter, the menu key and Shift+F10 open what can be done with a message. While several are being chosen, Enter
 * and the space bar choose one.
 */
export function createRowKeys(
  list: Readonly<ShallowRef<HTMLElement | null>>,
  {
    open,
    choose,
    toEnd,
    toTop,
  }: {
    open: (row: HTMLElement, place: { x: number; y: number }) => void;
    /** @returns whether messages are being chosen at all */
    choose: (row: HTMLElement) => boolean;
    toEnd: () => Promise<void>;
    toTop: () => Promise<void>;
  },
) {
  const rows = () => list.value?.getElementsByTagName('article') ?? [];

  function focus(row: HTMLElement | undefined): void {
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  }
  /** The row that has the focus, or whose part has. */
  const current = () => document.activeElement?.closest<HTMLElement>('article') ?? undefined;

  function step(by: 1 | -1): void {
    const all = [...rows()];
    const here = current();
    const at = here ? all.indexOf(here) : -1;
    focus(at < 0 ? all.at(-1) : (all[at + by] ?? all[at]));
  }
  function page(by: 1 | -1): void {
    const all = [...rows()];
    const start = current() ?? all.at(-1);
    const height = list.value?.clientHeight ?? 0;
    if (!start) return;
    const wanted = start.getBoundingClientRect().top + by * height;
    const beyond = (row: HTMLElement) => row.getBoundingClientRect().top;
    const next = by > 0 ? all.find((row) => beyond(row) >= wanted) : all.findLast((row) => beyond(row) <= wanted);
    focus(next ?? (by > 0 ? all.at(-1) : all[0]));
  }
  function openAt(row: HTMLElement): void {
    const box = (row.querySelector('.bubble') ?? row).getBoundingClientRect();
    open(row, { x: box.left + box.width / 2, y: Math.min(box.bottom, innerHeight - 8) });
  }

  const keys: Readonly<Record<string, () => void>> = {
    ArrowUp: () => step(-1),
    ArrowDown: () => step(1),
    PageUp: () => page(-1),
    PageDown: () => page(1),
    Home: () => void toTop().then(() => focus(rows()[0])),
    End: () => void toEnd().then(() => focus([...rows()].at(-1))),
  };

  return (event: KeyboardEvent): void => {
    const { key, target } = event as KeyboardEvent & { target: HTMLElement };
    if (event.isComposing || target.closest('input, textarea, select, [contenteditable]')) return;
    const row = current();
    const isPress = key === 'Enter' || key === ' ';
    const asksForMenu =
      key === 'ContextMenu' || (key === 'F10' && event.shiftKey) || (key === 'Enter' && target === row);
    if (row && isPress && target === row && choose(row)) return event.preventDefault();
    if (row && asksForMenu) openAt(row);
    else if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !keys[key]) return;
    else keys[key]?.();
    event.preventDefault();
  };
}
