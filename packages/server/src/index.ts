export type { Chat, Platform } from './chat/chat.ts';
