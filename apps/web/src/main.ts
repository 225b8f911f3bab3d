import { createPinia } from 'pinia';
import { createApp } from 'vue';

import App from './App.vue';
import { hasTicket } from './lib/ticket.ts';
import { followViewport } from './lib/viewport.ts';
import { router } from './router/index.ts';
import { routes } from './router/routes.ts';
import { wordsReady } from './utils/i18n/index.ts';

// A new link in the same tab changes the fragment only.
addEventListener('hashchange', () => {
  if (hasTicket(location)) location.reload();
});

followViewport(window);
for (const route of routes) router.addRoute(route);
void wordsReady.then(() => createApp(App).use(createPinia()).use(router).mount('#app'));
