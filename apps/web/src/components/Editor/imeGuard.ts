/** After the end of a composition, the key that ended it may still be on its way. */
const CONFIRMING_MS = 40;

/**
 * Tells whether an Enter is choosing a word, as in Chinese or Japanese input, and so must not send.
 *
 * Three signs, for no browser gives all: `isComposing`; key code 229, which input methods use for every key; and
 * Safari, which ends the composition first and delivers the confirming key after that, looking like any other.
 */
export function createImeGuard(nowMs: () => number) {
  let endedAt = -Infinity;
  return {
    compositionEnded(): void {
      endedAt = nowMs();
    },
    isChoosing: ({ isComposing, keyCode }: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean =>
      isComposing || keyCode === 229 || nowMs() - endedAt < CONFIRMING_MS,
  };
}
