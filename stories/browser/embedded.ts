import type { FrameLocator, Page } from 'playwright-core';

import { embedding, type Heard } from './hosts.ts';
import type { Scene } from './scene.ts';
import type { Site } from './site.ts';

// The script of the page has put it there: no type knows of it.
export const heardBy = (page: Page): Promise<Heard[]> =>
  page.evaluate(() => (window as unknown as { heard: Heard[] }).heard);

/** A conversation inside somebody else's page. */
export interface Embedded {
  frame: FrameLocator;
  /** The page says this to the frame. */
  tell(message: unknown): Promise<void>;
  signIn(userId: string, dlgId: string): Promise<void>;
  /** Where the page was asked to lead to, in the order of asking. */
  navigations(): Promise<Heard[]>;
}

/** Opens a page of the site that embeds a conversation, in which nobody is signed in yet. */
export async function embedded(page: Page, { node }: Scene, site: Site): Promise<Embedded> {
  site.pages.set('/host.html', embedding(`${node.origin}/groupConversation`));
  await page.goto(`${site.origin}/host.html`);
  const tell = (message: unknown) =>
    page.evaluate(
      ([it, origin]) => document.querySelector('iframe')!.contentWindow!.postMessage(it, origin as string),
      [message, node.origin],
    );
  return {
    frame: page.frameLocator('iframe'),
    tell,
    async signIn(userId, dlgId) {
      const { token } = await node.platform.createToken(userId);
      await tell({ action: 'transferUser', payload: { token, userId } });
      await tell({ action: 'selectConversation', payload: { dlgId } });
    },
    navigations: async () =>
      (await heardBy(page)).filter(({ data }) => (data as { action?: string }).action === 'navigate'),
  };
}
