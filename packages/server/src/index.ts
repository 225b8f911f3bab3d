export type { Chat, Platform } from './chat/chat.ts';
export { BadConfig, readConfig, type Config } from './config.ts';
export { startNode, type Node, type NodeOptions } from './node.ts';
export { createLogger, silentLogger, type Logger } from './ops/log.ts';
