import type { editor as simplified } from '../zh-CN/editor.ts';

export const editor: Readonly<Record<keyof typeof simplified, string>> = {
  mentionSomebody: '提到誰',
  everybody: '所有人',
  cannedReplies: '常用回覆',
  quickReplies: '快捷回覆',
  recentEmojis: '最近使用',
  emojiFaces: '表情',
  emojiHands: '手勢與愛心',
  emojiThings: '物品',
  editing: '編輯訊息',
  stopEditing: '取消編輯',
  answerTo: '回覆 {name}',
  noAnswer: '取消回覆',
  takePicture: '拍照',
  myOrders: '我的訂單',
  callService: '需要客服介入',
  serviceIsCalled: '已呼叫客服，請稍候',
  serviceIsHere: '客服已在對話中',
  enterSends: '按 Enter 鍵傳送',
};
