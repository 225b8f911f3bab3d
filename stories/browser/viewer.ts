import type { Page } from 'playwright-core';

/** A page in a browser of whatever make, as far as stories need it that are told in more than one. */
export interface Viewer {
  go(url: string): Promise<void>;
  /** Carries out work in the page. It travels as text: it sees what it is given, and nothing of what stands round it. */
  run<Given extends unknown[], Result>(
    work: (...given: Given) => Result | Promise<Result>,
    ...given: Given
  ): Promise<Result>;
  /** Types into what a CSS selector names, key by key. */
  type(selector: string, text: string): Promise<void>;
  click(selector: string): Promise<void>;
}

/** Work with its arguments in one function, for drivers that pass on no more than one value. */
export const viewerOf = (page: Page): Viewer => ({
  go: async (url) => void (await page.goto(url)),
  run: <Given extends unknown[], Result>(work: (...given: Given) => Result | Promise<Result>, ...given: Given) =>
    page.evaluate(`(${work.toString()})(...${JSON.stringify(given)})`) as Promise<Result>,
  type: (selector, text) => page.locator(selector).pressSequentially(text),
  click: (selector) => page.locator(selector).click(),
});
