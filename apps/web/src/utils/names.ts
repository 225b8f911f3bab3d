// Characters that reorder or hide what stands around them: a name is not a place for them.
const invisible = /[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]|\p{Cc}/gu;

/** A name as it is safe to show. */
export const cleanName = (name: string): string => name.replace(invisible, '').trim();

/** What stands in a round picture: the first letter of the name. */
export function initials(name: string): string {
  const letter = [...cleanName(name)].find((one) => /[\p{L}\p{N}]/u.test(one));
  return (letter ?? '·').toLocaleUpperCase();
}
