import { ada, bo, cy, mal } from '@trialogue/testkit';
import type { Browser, BrowserContextOptions } from 'playwright-core';

import { launch, person, phone, type Person } from './chromium.ts';
import { entered } from './conversation.ts';
import { startNode, type Group, type Node } from './node.ts';

/** A server, a browser, and the cast known to the platform. */
export interface Scene {
  node: Node;
  browser: Browser;
  /** A new conversation of Ada, Bo and Cy. */
  tea(name?: string): Promise<Group>;
  /** A new person's browser, with nothing open yet. */
  newcomer(how?: BrowserContextOptions): Promise<Person>;
  /** Somebody opens a link in a browser of their own, and can write. */
  enter(link: string, how?: BrowserContextOptions): Promise<Person>;
  /** Complaints like this one belong to the story, until everybody leaves. */
  foresee(complaint: RegExp): void;
  /** All browsers go away. Gives what their pages complained about meanwhile, other than was foreseen. */
  leave(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openScene(env: Record<string, string> = {}): Promise<Scene> {
  const [node, browser] = await Promise.all([startNode(env), launch()]);
  for (const { userId, name, urole } of [ada, bo, cy, mal]) await node.platform.putUser(userId, name, urole);
  let people: Person[] = [];
  let foreseen: RegExp[] = [];

  const newcomer = async (how: BrowserContextOptions = phone) => {
    const one = await person(browser, how);
    people.push(one);
    return one;
  };
  return {
    node,
    browser,
    newcomer,
    tea: (name = '订单 20261123 · 龙井') => node.platform.createGroup(name, [ada.userId, bo.userId, cy.userId]),
    async enter(link, how) {
      const one = await newcomer(how);
      await one.page.goto(link);
      await entered(one.page);
      return one;
    },
    foresee: (complaint) => void foreseen.push(complaint),
    async leave() {
      const [gone, known] = [people, foreseen];
      [people, foreseen] = [[], []];
      await Promise.all(gone.map(({ context }) => context.close()));
      const complaints = gone.flatMap((one) => one.complaints);
      return complaints.filter((one) => !known.some((each) => each.test(one)));
    },
    async close() {
      await browser.close();
      await node.stop();
    },
  };
}
