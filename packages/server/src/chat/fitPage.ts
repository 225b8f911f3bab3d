import type { Message, Page } from '@trialogue/protocol';

import type { Range } from './ports.ts';

/** A page may take so much of the wire at once, unless one message alone takes more. */
export const PAGE_BYTES = 256 * 1024;

/**
 * Cuts a page that is too heavy, at the end that is asked for next: what is left still joins what the client has,
 * and `hasMore` says that there is more (I16).
 */
export function fitPage(page: Page, isForward: boolean): Page {
  const list = isForward ? upTo(page.list) : upTo(page.list.toReversed()).toReversed();
  return list.length === page.list.length ? page : { ...page, list, hasMore: true };
}

/** A page that fits, as JSON. */
export const printed = (page: Page, { after }: Pick<Range, 'after'>): string =>
  JSON.stringify(fitPage(page, after !== undefined));

function upTo(messages: readonly Message[]): Message[] {
  let bytes = 0;
  const end = messages.findIndex(({ content }) => (bytes += content.length) > PAGE_BYTES);
  return messages.slice(0, end === -1 ? messages.length : Math.max(1, end));
}
