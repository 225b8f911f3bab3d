import type { ShallowRef } from 'vue';

import { patiently } from '../../lib/later.ts';
import type { createRowKeys } from './rowKeys.ts';

/** Keys that mean something on a row, or on the list itself. */
const meant = /^(Arrow(Up|Down)|Page(Up|Down)|Home|End|Enter|ContextMenu|F10)$/;

/** The list by keyboard. What the keys do is fetched with the first of them, which waits for it. */
export function useRowKeys(
  list: Readonly<ShallowRef<HTMLElement | null>>,
  does: Parameters<typeof createRowKeys>[1],
): (event: KeyboardEvent) => void {
  let onKey: ReturnType<typeof createRowKeys> | undefined;
  /** One for all: the keys come in the order in which they were pressed. */
  let fetched: Promise<void> | undefined;
  return (event) => {
    if (onKey) return onKey(event);
    if (!meant.test(event.key) || !(event.target as Element).matches('article, [role=log]')) return;
    event.preventDefault();
    fetched ??= patiently(() => import('./rowKeys.ts')).then((keys) => void (onKey = keys.createRowKeys(list, does)));
    void fetched.then(() => onKey?.(event));
  };
}
