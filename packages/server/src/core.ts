// For whoever gives the server another network, disk, bus and clock than a machine does: the seeded world.
export { masterKey } from './access/masterKey.ts';
export type { SignIn } from './access/signIn.ts';
export type { Chat, Platform } from './chat/chat.ts';
export { makeChat } from './chat/makeChat.ts';
export type { Actor, Bus, FileStore, KeyWrap, Notice, Random, Store } from './chat/ports.ts';
export { Driver } from './gateway/driver.ts';
export { heard } from './gateway/events.ts';
export { startFanout } from './gateway/fanout.ts';
export { createRegistry } from './gateway/registry.ts';
export { watchTails } from './gateway/tails.ts';
export { silentLogger } from './ops/log.ts';
export { noMetrics } from './ops/metrics.ts';
export { commands, storeOver, type CommandName } from './storage/commands.ts';
export { openInProcess } from './storage/sqlite/inProcess.ts';
