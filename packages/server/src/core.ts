// For whoever gives the server another network, disk, bus and clock than a machine does: the seeded world.
export { allow, type Deed } from './access/access.ts';
export { noRates } from './access/rates.ts';
export { masterKey } from './access/masterKey.ts';
export type { SignIn } from './access/signIn.ts';
export { appNamedBy, signTicket, verifyTicket } from './access/tickets.ts';
export { accessTokens } from './access/tokens.ts';
export type { Chat, Platform } from './chat/chat.ts';
export { makeChat } from './chat/makeChat.ts';
export type {
  Accepted,
  Actor,
  App,
  Bus,
  Client,
  ConversationRow,
  ConversationSummary,
  Draft,
  FileRow,
  FileStore,
  KeyWrap,
  MemberRow,
  Notice,
  Place,
  Profile,
  Random,
  Room,
  Range,
  SessionRow,
  Store,
  WrappedKey,
} from './chat/ports.ts';
export type { Driver } from './gateway/driver.ts';
export { heard } from './gateway/events.ts';
export { createSender } from './gateway/outbound.ts';
export { createSwitchboard } from './gateway/switchboard.ts';
export type { Timers } from './gateway/timers.ts';
export { bytesOf, frameOf } from './gateway/wire.ts';
export { silentLogger } from './ops/log.ts';
export { noMetrics } from './ops/metrics.ts';
export { commands, storeOver, type CommandName } from './storage/commands.ts';
export { openInProcess } from './storage/sqlite/inProcess.ts';
export { isFatalAtCommit } from './storage/sqlite/failures.ts';
export { settings } from './storage/sqlite/settings.ts';
export { windowOf } from './storage/window.ts';
export { printed } from './chat/fitPage.ts';
