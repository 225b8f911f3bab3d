/** What an agent does without the mouse, and by which keys; the help sheet lists them in this order. */
export const commands = {
  next: ['Alt+ArrowDown'],
  previous: ['Alt+ArrowUp'],
  search: ['Mod+K'],
  reply: ['R', 'Enter'],
  snippets: ['/'],
  sendAndClose: ['Mod+Enter'],
  close: ['E'],
  reopen: ['Shift+E'],
  take: ['A'],
  handOver: ['H'],
  notes: ['N'],
  customer: ['I'],
  help: ['?'],
} as const satisfies Record<string, readonly string[]>;
export type Command = keyof typeof commands;

const byKey = new Map<string, Command>(
  Object.entries(commands).flatMap(([command, keys]) => keys.map((key) => [key, command as Command])),
);

/** Keys without Ctrl, ⌘ or Alt. Whoever speaks to the computer, or rests a hand on the keyboard, turns them off. */
const isSingleKey = (key: string): boolean => !/^(Mod|Alt)\+/.test(key);

export const commandOf = (key: string, withSingleKeys: boolean): Command | undefined =>
  !withSingleKeys && isSingleKey(key) ? undefined : byKey.get(key);

export const keysOf = (withSingleKeys: boolean): string[] =>
  [...byKey.keys()].filter((key) => withSingleKeys || !isSingleKey(key));

const names: Readonly<Record<string, string>> = { ArrowDown: '↓', ArrowUp: '↑', Enter: 'Enter' };

/** The parts of a key as they stand on a keyboard. */
export const keyCaps = (key: string, isMac: boolean): string[] =>
  key.split('+').map((part) => {
    if (part === 'Mod') return isMac ? '⌘' : 'Ctrl';
    if (part === 'Alt' && isMac) return '⌥';
    return names[part] ?? part;
  });
