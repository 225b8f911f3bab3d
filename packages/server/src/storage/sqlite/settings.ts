type Setting = readonly [name: string, wanted: string | number];

/** `synchronous` 2 is FULL: a commit is answered when it is on disk. Lower, a power cut takes answered messages. */
export const settings = (isInMemory: boolean): readonly Setting[] => [
  ['journal_mode', isInMemory ? 'memory' : 'wal'],
  ['synchronous', 2],
  ['foreign_keys', 1],
  ['busy_timeout', 5000],
];

/**
 * Believes no setting before it was read back: some builds of SQLite open a file of the very same settings with
 * others (delivery contract, trap 1), and `PRAGMA` answers nothing when it refuses.
 *
 * @throws {Error} naming the first setting that is not as it must be (I33).
 */
export function assertSettings(file: string, read: (name: string) => unknown): void {
  for (const [name, wanted] of settings(file === ':memory:')) {
    const is = read(name);
    if (String(is) !== String(wanted)) {
      throw new Error(
        `PRAGMA ${name} is ${String(is)} and must be ${wanted}, or acknowledged messages could be lost. ` +
          `Is another program holding the file, or is it on a network drive?`,
      );
    }
  }
}
