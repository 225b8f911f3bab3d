import type { desk as simplified } from '../zh-CN/desk.ts';

export const desk: Readonly<Record<keyof typeof simplified, string>> = {
  workbench: '客服工作臺',
  search: '搜尋會話',
  refresh: '重新整理',
  conversationFrame: '會話視窗',
  listFailed: '會話列表載入失敗',
  noMatch: '沒有匹配的會話',
};
