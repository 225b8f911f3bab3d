import { onScopeDispose } from 'vue';

import type { Host } from '../../lib/host.ts';
import { isCommand, isTypedInto, keyOf } from '../../lib/keys.ts';

/** Hands the keys that the page around us asked for to it, so that they work wherever the cursor is. */
export function useHostKeys(host: Host) {
  let watched: ReadonlySet<string> = new Set();

  function onKey(event: KeyboardEvent): void {
    const key = keyOf(event);
    if (key === undefined || !watched.has(key) || !isCommand(key, event.target)) return;
    // Where something lies over the conversation, or a control has a use for the key, it is theirs.
    if (event.target instanceof Element && event.target.closest(`dialog,[role=menu]${key === 'Enter' ? own : ''}`))
      return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || key.startsWith('Alt+Arrow'))
      host.say({ action: 'pressed', payload: { key, isWriting: isTypedInto(event.target) } });
  }
  addEventListener('keydown', onKey, { capture: true });
  onScopeDispose(() => removeEventListener('keydown', onKey, { capture: true }));
  return { watch: (keys: readonly string[]) => void (watched = new Set(keys)) };
}

const own = ',button,a,summary,[role=button]';
