import type { desk as simplified } from '../zh-CN/desk.ts';

export const desk: Readonly<Record<keyof typeof simplified, string>> = {
  workbench: 'Support desk',
  search: 'Search conversations',
  refresh: 'Refresh',
  conversationFrame: 'Conversation',
  listFailed: 'The conversations could not be loaded',
  noMatch: 'No conversation matches',
};
