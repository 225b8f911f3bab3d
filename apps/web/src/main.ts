// What is fetched first, and therefore small: it sends for all that the page needs and waits for none of it.
import { host } from './lib/host.ts';
import { hasTicket } from './lib/ticket.ts';
import './utils/i18n/words.ts';
import { arriveAhead } from './views/groupConversation/arrival.ts';

const isConversation = location.pathname === '/groupConversation';

// A new link in the same tab changes the fragment only.
addEventListener('hashchange', () => {
  if (hasTicket(location)) location.reload();
});

import('./start.ts').then(({ start }) => start({ isConversation })).catch(giveUp);
if (isConversation && !host) {
  arriveAhead(location);
  // Whether it came is seen where it is shown.
  import('./views/groupConversation/ConversationPane.vue').catch(() => undefined);
}

/** The page could not be fetched, and neither could its words. */
function giveUp(error: unknown): void {
  const app = document.getElementById('app');
  if (app) app.textContent = '页面没有加载成功，请刷新。The page did not load: please try again.';
  addEventListener('online', () => location.reload());
  throw error;
}
