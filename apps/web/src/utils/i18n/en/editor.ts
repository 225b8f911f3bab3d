import type { editor as simplified } from '../zh-CN/editor.ts';

export const editor: Readonly<Record<keyof typeof simplified, string>> = {
  mentionSomebody: 'Mention somebody',
  everybody: 'Everybody',
  cannedReplies: 'Canned replies',
  quickReplies: 'Quick replies',
  recentEmojis: 'Recently used',
  emojiFaces: 'Faces',
  emojiHands: 'Hands and hearts',
  emojiThings: 'Things',
  editing: 'Edit message',
  stopEditing: 'Stop editing',
  answerTo: 'Reply to {name}',
  noAnswer: 'Do not reply to it',
  takePicture: 'Take a picture',
  myOrders: 'My orders',
  callService: 'Call support',
  serviceIsCalled: 'Support was called',
  serviceIsHere: 'Support is here',
  enterSends: 'Enter sends the message',
};
