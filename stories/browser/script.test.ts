import type { Payload } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { phone } from './chromium.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
// What a policy of ours forbids is a complaint of the page.
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const run = 'window.hacked=1';
/** What has run in other people's pages. */
const hostile: readonly string[] = [
  `<script>${run}</script>`,
  `<ScRiPt src="data:text/javascript,${run}"></sCrIpT>`,
  `<script type=module>${run}</script>`,
  `<img src=x onerror="${run}">`,
  `<img src=x onerror=${run}//`,
  `<svg onload="${run}">`,
  `<svg><script>${run}</script></svg>`,
  `<svg><animate onbegin="${run}" attributeName=x dur=1s>`,
  `<math><mtext><table><mglyph><style><img src=x onerror="${run}">`,
  `<iframe srcdoc="<script>parent.${run}</script>">`,
  `<iframe src="javascript:parent.${run}">`,
  `<object data="javascript:${run}">`,
  `<embed src="javascript:${run}">`,
  `<a href="javascript:${run}">tap</a>`,
  `<a href="jav&#x09;ascript:${run}">tap</a>`,
  `<form action="javascript:${run}"><button>tap</button></form>`,
  `<button formaction="javascript:${run}">tap</button>`,
  `<details open ontoggle="${run}">`,
  `<input autofocus onfocus="${run}">`,
  `<video><source onerror="${run}"></video>`,
  `<audio src=x onerror="${run}">`,
  `<body onload="${run}">`,
  `<style>@import 'data:text/css,*{color:red}';</style>`,
  `<link rel=stylesheet href="data:text/css,*{color:red}">`,
  `<base href="https://evil.test/">`,
  `<meta http-equiv=refresh content="0;url=javascript:${run}">`,
  `<template><img src=x onerror="${run}"></template>`,
  `<div v-html="'<img src=x onerror=${run}>'"></div>`,
  `{{constructor.constructor('${run}')()}}`,
  `\${${run}}`,
  `#{${run}}`,
  `javascript:${run}`,
  `data:text/html,<script>${run}</script>`,
  `https://shop.test/"onmouseover="${run}`,
  `https://shop.test/'><script>${run}</script>`,
  `[tap](javascript:${run})`,
  `![x](x" onerror="${run})`,
  `<!--><script>${run}</script>-->`,
  `<![CDATA[><script>${run}</script>]]>`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `<p style="background:url(javascript:${run})">`,
  `<x onclick="${run}" onpointerenter="${run}">tap</x>`,
  `"><script>${run}</script>`,
  `' onerror='${run}' x='`,
  `\`-${run}-\``,
  `</textarea><script>${run}</script>`,
  `</title><script>${run}</script>`,
  `</script><script>${run}</script>`,
  `\u003cscript\u003e${run}\u003c/script\u003e`,
  `＜script＞${run}＜/script＞`,
];
/** How the same is hidden from whoever looks for it. */
const disguises: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `\u202e${text}`,
  (text) => text.replaceAll(' ', '\t'),
  (text) => text.replaceAll(' ', '/'),
  (text) => text.replaceAll(' ', '\n'),
  (text) => text.toUpperCase().replaceAll('WINDOW.HACKED', 'window.hacked'),
  (text) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  (text) => text.replaceAll('<', '&#60;'),
  (text) => text.replaceAll('<', '%3C').replaceAll('>', '%3E'),
  (text) => text.replaceAll('<', '\\u003c'),
  (text) => `<b>${text}</b>`,
  (text) => `**${text}**`,
  (text) => `> ${text}`,
  (text) => `\`\`\`html\n${text}\n\`\`\``,
  (text) => `@bo ${text}`,
  (text) => `https://shop.test/?q=${text}`,
  (text) => `茶 ${text} 🍵`,
  (text) => text.split('').join('\u200b'),
  (text) => `${text}${text}`,
  (text) => `<p>${text}`,
];
const payloads = hostile.flatMap((text) => disguises.map((disguise) => disguise(text)));

/** Every field of a message in which the words of others stand. */
const fields: readonly ((words: string) => Payload)[] = [
  (text) => ({ type: 'text', text }),
  (text) => ({ type: 'text', text: `see ${text} there` }),
  (words) =>
    ({
      type: 'product',
      productId: 'p1',
      title: words.slice(0, 100),
      price: { amount: '1.00', currency: 'CNY' },
    }) as unknown as Payload,
  (words) =>
    ({
      type: 'order',
      orderId: 'o1',
      title: words.slice(0, 100),
      status: words.slice(0, 30),
      total: { amount: '1.00', currency: 'CNY' },
    }) as unknown as Payload,
  (words) => ({ type: 'nobody-knows', fallback: words.slice(0, 400) }) as unknown as Payload,
];
const AT_ONCE = 50;

/** Whatever a script, or markup that was text, would leave behind. */
const traces = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = 'hacked' in window ? ['it ran'] : [];
    for (const each of document.querySelectorAll('*')) {
      const name = each.localName;
      const { attributes } = each;
      if (
        ['object', 'embed', 'base'].includes(name) ||
        (name === 'form' && each.closest('[role=log]')) ||
        (name === 'iframe' && each.hasAttribute('srcdoc'))
      )
        found.push(name);
      if (name === 'script' && !(each as HTMLScriptElement).src.startsWith(location.origin)) found.push('script');
      for (const { name: attribute, value } of attributes) {
        if (attribute.startsWith('on')) found.push(`${name}[${attribute}]`);
        if (
          ['href', 'src', 'action', 'formaction', 'data'].includes(attribute) &&
          /^\s*(javascript|data):/i.test(value)
        ) {
          found.push(`${name}[${attribute}=${value.slice(0, 30)}]`);
        }
      }
    }
    return found;
  });

test(
  'T11: a thousand hostile texts, in every field, run nothing and become nothing but text',
  { timeout: 400_000 },
  async () => {
    expect(payloads).toHaveLength(1_000);
    const { node } = scene;
    const person = await scene.newcomer(phone);
    const dialogs: string[] = [];
    person.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    for (let from = 0; from < payloads.length; from += AT_ONCE) {
      const some = payloads.slice(from, from + AT_ONCE);
      const nameOf = (at: number) => (some[at % some.length] ?? '').slice(0, 60) || 'x';
      for (const [at, { userId, urole }] of [ada, bo, cy].entries())
        await node.platform.putUser(userId, nameOf(at + 7), urole);
      const group = await node.platform.createGroup(nameOf(from / AT_ONCE), [ada.userId, bo.userId, cy.userId]);
      let refused = 0;
      for (const [at, words] of some.entries()) {
        const make = fields[(from / AT_ONCE + at) % fields.length] ?? fields[0]!;
        // A field that is no text of people's own, such as an address, is refused at the door.
        const said = await node.platform.post(group.groupId, bo.userId, make(words)).catch(() => undefined);
        if (!said) refused++;
      }
      expect(refused).toBeLessThan(AT_ONCE / 2);
      await person.page.goto(group.linkOf(ada.userId));
      await until(() => person.page.locator(`[data-seq="${AT_ONCE - refused}"]`).count()).toBe(1);
      expect([from, await traces(person.page), dialogs]).toEqual([from, [], []]);
    }
  },
);
