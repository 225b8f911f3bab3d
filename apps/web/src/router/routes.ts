import type { RouteRecordRaw } from 'vue-router';

import GroupConversation from '../views/groupConversation/GroupConversation.vue';

/** The conversation is what people come for; all else is loaded when it is gone to. */
export const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/login' },
  { path: '/groupConversation', component: GroupConversation },
  { path: '/login', component: () => import('../views/login/Login.vue') },
  { path: '/login/logout', component: () => import('../views/login/Logout.vue') },
  { path: '/createGroup', component: () => import('../views/createGroup/CreateGroup.vue') },
  { path: '/workbench', component: () => import('../views/workbench/Workbench.vue') },
  { path: '/:rest(.*)*', redirect: '/login' },
];
