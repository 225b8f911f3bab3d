/** What is measured, as the page offers it to the program that drives the browser. */
export interface Subject {
  /** Makes so many messages, and shows none of them. */
  prepare(count: number): void;
  /** Shows them. */
  mount(): void;
  /** Puts so many older messages before them. */
  prepend(count: number): void;
  append(): void;
  /** Brings the first message into sight, as a reader of a search result would come there. */
  toFirst(): Promise<void> | void;
  /** What scrolls, once it is there. */
  scroller(): HTMLElement | undefined;
  /** The rows that are drawn, from top to bottom. */
  rows(): HTMLElement[];
  /** Whether the newest message is drawn. */
  hasLast(): boolean;
}

const CHARACTERS = '你好请问这件衣服还有货吗什么时候发货谢谢可以退换颜色尺码地址电话订单快递收到质量不错客服在吗';
const LONGEST = 800;
const SHORTEST = 4;

/** The text of the message at a place: always the same one, mostly short, now and then very long. */
export function textAt(place: number): string {
  const share = random(place);
  const length = Math.round(SHORTEST + (LONGEST - SHORTEST) * share ** 6);
  let text = '';
  for (let at = 0; at < length; at++) text += CHARACTERS[Math.floor(random(place * 977 + at) * CHARACTERS.length)];
  return text;
}

/** Between 0 and 1, the same for the same number. */
function random(seed: number): number {
  let bits = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
