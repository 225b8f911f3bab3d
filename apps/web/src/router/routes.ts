import type { RouteRecordRaw } from 'vue-router';

import { withWords } from '../utils/i18n/index.ts';
import GroupConversation from '../views/groupConversation/GroupConversation.vue';

/** Every component in all its states. In the built pages it would only cut the files smaller than they need to be. */
const gallery: RouteRecordRaw[] =
  import.meta.env.DEV || import.meta.env.MODE === 'gallery'
    ? [{ path: '/gallery', component: () => withWords('pages', import('../views/gallery/Gallery.vue')) }]
    : [];

/** The conversation is what people come for; all else is loaded when it is gone to. */
export const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/login' },
  { path: '/groupConversation', component: GroupConversation },
  { path: '/login', component: () => withWords('pages', import('../views/login/Login.vue')) },
  { path: '/login/logout', component: () => withWords('pages', import('../views/login/Logout.vue')) },
  { path: '/createGroup', component: () => withWords('pages', import('../views/createGroup/CreateGroup.vue')) },
  { path: '/workbench', component: () => withWords('desk', import('../views/workbench/Workbench.vue')) },
  ...gallery,
  { path: '/:rest(.*)*', redirect: '/login' },
];
