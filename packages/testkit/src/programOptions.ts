/** What programs that take a seed and a choice of parts have in common. Every error names the option, and what was expected. */

/** @throws {Error} */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is ${JSON.stringify(text)}. Expected: a whole number from ${least} to ${most}.`);
}

/** `--only a,b --only c`. @throws {Error} */
export function chosenOf(given: readonly string[], known: readonly string[]): string[] {
  const only = given.flatMap((names) => names.split(',')).filter(Boolean);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`--only names ${unknown.join(', ')}. Expected: some of ${known.join(', ')}.`);
  return only;
}

/** `--seed`, or one by chance, to be printed. @throws {Error} */
export const seedOf = (given: string | undefined): number =>
  given === undefined ? Math.floor(Math.random() * 2 ** 31) : wholeNumber('seed', given, 0, 2 ** 31);
