import { createApp } from 'vue';

import App from './App.vue';
import { followLinks } from './lib/going.ts';
import { afterShown, nowShown } from './lib/shown.ts';
import { followViewport } from './lib/viewport.ts';
import { tryWords, wordsReady } from './utils/i18n/index.ts';
import GroupConversation from './views/groupConversation/GroupConversation.vue';

/** The conversation is what people come for: it is shown by itself, and what leads away from it is fetched then. */
function openConversation(): void {
  const app = createApp(App, { page: GroupConversation });
  const stop = followLinks((path, { replace }) => {
    stop();
    void Promise.all([import('./router/index.ts'), import('./lib/useBack.ts')]).then(
      async ([{ openPages }, { settled }]) => {
        app.unmount();
        await settled();
        history[replace ? 'replaceState' : 'pushState'](null, '', path);
        openPages().mount('#app');
      },
      // A newer version has taken its place, or there is no network now.
      () => location[replace ? 'replace' : 'assign'](path),
    );
  });
  app.mount('#app');
}

/** Wears what the address asks for. Without that the page looks as it was built. */
async function themed(): Promise<void> {
  if (!/[?&](theme|accent|radius)=/.test(location.search)) return;
  const { askedTheme, wear } = await import('./lib/theme.ts');
  wear(askedTheme(location.search));
}

/** What nobody needs before the first message, and many soon after it. */
async function afterwards(): Promise<void> {
  await tryWords('trouble');
  // Paper can wait for the next visit.
  await import('./assets/print.css').catch(() => undefined);
}

/** Shows the page that was asked for, in the reader's language. */
export async function start({ isConversation }: { isConversation: boolean }): Promise<void> {
  followViewport(window);
  await Promise.all([wordsReady, themed()]);
  afterShown(() => void afterwards());
  if (isConversation) return openConversation();
  (await import('./router/index.ts')).openPages().mount('#app');
  nowShown();
}
