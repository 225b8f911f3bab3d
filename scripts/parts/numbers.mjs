/** A whole number of 1 or more from the command line; ends the program with a word about it when it is none. */
export function whole(option, text, expected) {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(`${option} ${text}: expected ${expected}`);
  process.exit(1);
}
