/**
 * A pressed key with what is held down beside it, as one word: `Alt+ArrowDown`, `Mod+K`, `Shift+E`, `?`. `Mod` is Ctrl,
 * or ⌘ on a Mac. None while a word is being composed, as in Chinese or Japanese input.
 */
export function keyOf(event: KeyboardEvent): string | undefined {
  const { key } = event;
  if (event.isComposing || event.keyCode === 229 || held.has(key)) return undefined;
  // With AltGr one types signs; Windows says Ctrl and Alt for it.
  if (event.ctrlKey && event.altKey && key.length === 1) return undefined;
  const isLetter = /^\p{L}$/u.test(key);
  const words: string[] = [];
  if (event.ctrlKey || event.metaKey) words.push('Mod');
  if (event.altKey) words.push('Alt');
  // What Shift makes of a sign is in the sign itself.
  if (event.shiftKey && (isLetter || key.length > 1)) words.push('Shift');
  return [...words, isLetter ? key.toUpperCase() : key].join('+');
}

const held = new Set(['Control', 'Meta', 'Alt', 'Shift', 'Dead', 'Process', 'Unidentified']);

/** Whether a key would put something into a field rather than command the page. */
export function isTypedInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['button', 'checkbox', 'radio', 'submit'].includes(target.type);
}

/** In a field only what is held together with Ctrl, ⌘ or Alt is a command. */
export const isCommand = (key: string, target: EventTarget | null): boolean =>
  /^(Mod|Alt)\+/.test(key) || !isTypedInto(target);
