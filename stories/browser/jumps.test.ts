import { ada, bo } from '@trialogue/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launch, person, phone } from './chromium.ts';
import {
  fromEndPx,
  jumpByLatePicture,
  jumpWhilePrepending,
  jumpWhileScrollingUp,
  leaveEnd,
  topOf,
  wordsOf,
} from './jumps.ts';
import { startNode, type Group, type Node } from './node.ts';
import { until } from './until.ts';
import { viewerOf, type Viewer } from './viewer.ts';
import { isWebkitHere, launchWebkit } from './webkit.ts';

/** One anchors rows by itself, the other does not: what jumps in one need not in the other. */
interface Make {
  viewer: Viewer;
  close: () => Promise<void>;
}
const makes = {
  Chromium: async (): Promise<Make> => {
    const browser: Browser = await launch();
    const { page } = await person(browser, phone);
    return { viewer: viewerOf(page), close: () => browser.close() };
  },
  WebKit: () => launchWebkit({ width: 480, height: 844 }),
};

describe.for(['Chromium', 'WebKit'] as const)('nothing jumps in %s (client.md §3.2, §4.1)', (name) => {
  // A frame can take long on a machine that has other things to do.
  describe.skipIf(name === 'WebKit' && !isWebkitHere())('the conversation page', { timeout: 180_000 }, () => {
    let node: Node;
    let make: Make;
    let viewer: Viewer;
    beforeAll(async () => {
      node = await startNode();
      for (const { userId, name: called, urole } of [ada, bo]) await node.platform.putUser(userId, called, urole);
      make = await makes[name]();
      ({ viewer } = make);
    });
    afterAll(async () => {
      await make?.close();
      await node?.stop();
    });

    const bos = ({ groupId }: Group, text: string) => node.platform.post(groupId, bo.userId, { type: 'text', text });
    /** Ada opens a conversation in which Bo has said much already. Every seventh message is long. */
    async function open(count: number): Promise<Group> {
      const group = await node.platform.createGroup('龙井', [ada.userId, bo.userId]);
      for (let at = 1; at <= count; at++)
        await bos(group, `第 ${at} 条 ${at % 7 ? '' : '水温八十五度。'.repeat(at % 40)}`);
      await viewer.go(group.linkOf(ada.userId));
      await until(() => viewer.run(wordsOf, `[data-seq="${count}"] .bubble`)).toContain(`第 ${count} 条`);
      await until(() => viewer.run(fromEndPx)).toBeLessThanOrEqual(1);
      return group;
    }

    test('older messages come above without a jump, read from the very top and from below it', async () => {
      await open(260);
      for (const top of [0, 600]) {
        const { strayedPx, cameBefore } = await viewer.run(jumpWhilePrepending, top);
        expect(strayedPx).toBeLessThanOrEqual(1);
        expect(cameBefore).toBeGreaterThan(0);
      }
    });

    test('150 steps up, past rows that come and go, and no row goes elsewhere than the step', async () => {
      await open(260);
      const { worstPx, came } = await viewer.run(jumpWhileScrollingUp, 150, 60);
      expect(worstPx).toBeLessThanOrEqual(1);
      expect(came).toBeGreaterThanOrEqual(80);
    });

    test('a picture that comes late above what one reads moves nothing', async () => {
      await open(60);
      expect(await viewer.run(jumpByLatePicture)).toBeLessThanOrEqual(1);
    });

    test('who is at the end stays there; who reads further up is not moved, and told how much has come', async () => {
      const group = await open(40);
      for (let at = 0; at < 12; at++) await bos(group, `还在吗？${at}`);
      await until(() => viewer.run(wordsOf, '[data-seq="52"] .bubble')).toBe('还在吗？11');
      await until(() => viewer.run(fromEndPx)).toBeLessThanOrEqual(1);

      const held = await viewer.run(leaveEnd, 900);
      const top = await viewer.run(topOf, held);
      await bos(group, '在吗？');
      await bos(group, '我等你');
      await until(() => viewer.run(wordsOf, 'button.latest')).toBe('2');
      expect(Math.abs((await viewer.run(topOf, held)) - top)).toBeLessThanOrEqual(1);
      await viewer.click('button.latest');
      await until(() => viewer.run(fromEndPx)).toBeLessThanOrEqual(1);
      await until(() => viewer.run(wordsOf, 'button.latest')).toBe('');

      await viewer.run(leaveEnd, 900);
      await viewer.type('textarea', '我在');
      await viewer.click('button.send');
      await until(() => viewer.run(fromEndPx)).toBeLessThanOrEqual(1);
      await until(() => viewer.run(wordsOf, '[data-seq="55"] .bubble')).toBe('我在');
    });
  });
});
