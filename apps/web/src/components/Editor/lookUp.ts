// The first sign of each letter in the order of pinyin; no syllable begins with I, U or V.
const letters = 'ABCDEFGHJKLMNOPQRSTWXYZ';
const first = Array.from('阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥扨它穵夕丫帀');
const order = new Intl.Collator('zh-CN-u-co-pinyin');

/** With which letter a sign is spelled. The browser's own sorting knows; a sign of several sounds has one here. */
function spelled(sign: string): string {
  if (!/\p{Script=Han}/u.test(sign)) return sign;
  const at = first.findLastIndex((one) => order.compare(one, sign) <= 0);
  return letters[at] ?? sign;
}

/** `Bo 青禾茶铺` → `bqhcp`: the first letter of each word, of each sign. */
const initialsOf = (name: string): string =>
  (name.match(/\p{Script=Han}|[^\s\p{Script=Han}]+/gu) ?? [])
    .map((word) => spelled(Array.from(word)[0] ?? ''))
    .join('')
    .toLowerCase();

/** Whether somebody may look for this name so: a part of it, or first letters. */
export function isCalled(name: string, wanted: string): boolean {
  const query = wanted.toLowerCase();
  return name.toLowerCase().includes(query) || initialsOf(name).includes(query);
}
