import { createApp, type App as Program } from 'vue';
import { createRouter, createWebHistory, RouterView } from 'vue-router';

import App from '../App.vue';
import { followLinks } from '../lib/going.ts';
// Before the router sees the address.
import '../lib/ticket.ts';
import { routes } from './routes.ts';

/** All pages, with ways between them. The conversation by itself needs none: this is fetched when one leaves it. */
export function openPages(): Program {
  const router = createRouter({ history: createWebHistory(), routes });
  const stop = followLinks((path, { replace }) => void (replace ? router.replace(path) : router.push(path)));
  const app = createApp(App, { page: RouterView }).use(router);
  app.onUnmount(stop);
  return app;
}
