export const desk = {
  workbench: '客服工作台',
  search: '搜索会话',
  refresh: '刷新',
  conversationFrame: '会话窗口',
  listFailed: '会话列表加载失败',
  noMatch: '没有匹配的会话',
} as const;
