import { createApp } from 'vue';

import App from './App.vue';
import { followLinks } from './lib/going.ts';
import { followTheme } from './lib/theme.ts';
import { hasTicket } from './lib/ticket.ts';
import { followViewport } from './lib/viewport.ts';
import { wordsReady } from './utils/i18n/index.ts';
import GroupConversation from './views/groupConversation/GroupConversation.vue';

const CONVERSATION = '/groupConversation';

// A new link in the same tab changes the fragment only.
addEventListener('hashchange', () => {
  if (hasTicket(location)) location.reload();
});

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

followTheme();
followViewport(window);
void wordsReady.then(async () => {
  if (location.pathname === CONVERSATION) openConversation();
  else (await import('./router/index.ts')).openPages().mount('#app');
});
