import { onScopeDispose, ref } from 'vue';

import { isCommand, keyOf } from '../../lib/keys.ts';
import { browserKeep } from '../../utils/storage.ts';
import { commandOf, keysOf, type Command } from './commands.ts';

const SINGLE_OFF = 'desk:singleKeysOff';

/** The keys of the desk, wherever the keyboard is: on the page, or in the frame, which hands them over. */
export function useShortcuts(carryOut: (command: Command, at: { isWriting: boolean; isInFrame: boolean }) => void) {
  const withSingleKeys = ref(browserKeep.get(SINGLE_OFF) !== 'yes');

  function onKey(event: KeyboardEvent): void {
    const key = keyOf(event);
    if (key === undefined || !isCommand(key, event.target)) return;
    const { target } = event;
    if (target instanceof Element && target.closest('dialog')) return;
    // Enter presses the button that it is on; on the conversation that is chosen already, it goes on to the answer.
    const isOnControl = target instanceof Element && target.closest('button:not([aria-current]),a,summary');
    if (key === 'Enter' && isOnControl) return;
    const command = commandOf(key, withSingleKeys.value);
    if (!command) return;
    event.preventDefault();
    if (!event.repeat || command === 'next' || command === 'previous')
      carryOut(command, { isWriting: false, isInFrame: false });
  }
  addEventListener('keydown', onKey);
  onScopeDispose(() => removeEventListener('keydown', onKey));
  return {
    withSingleKeys,
    keys: () => keysOf(withSingleKeys.value),
    setSingleKeys(now: boolean): void {
      withSingleKeys.value = now;
      browserKeep.set(SINGLE_OFF, now ? 'no' : 'yes');
    },
    /** The frame has handed one over. */
    pressed(key: string, isWriting: boolean): void {
      const command = commandOf(key, withSingleKeys.value);
      if (command) carryOut(command, { isWriting, isInFrame: true });
    },
  };
}
