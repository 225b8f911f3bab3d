/** The few words that stand outside of the frame. */
export function wordsFor(language: string) {
  if (/^zh-(hant|tw|hk|mo)/i.test(language))
    return { tag: 'zh-TW', chat: '線上客服', close: '收起對話', unread: (n: number) => `${n} 則未讀訊息` };
  if (/^zh/i.test(language))
    return { tag: 'zh-CN', chat: '在线客服', close: '收起会话', unread: (n: number) => `${n} 条未读消息` };
  return { tag: 'en', chat: 'Chat', close: 'Hide the chat', unread: (n: number) => `${n} unread` };
}
