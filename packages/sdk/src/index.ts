export { ImDecryptError, type DecryptErrorCode } from '@trialogue/crypto';
export {
  asPayload,
  readPayload,
  type Payload,
  type RefusalName,
  type Retry,
  type UnknownPayload,
} from '@trialogue/protocol';

export type { HistoryPage } from './client/state.ts';
export type { ConnectionName, ReconnectReason } from './connection/connection.ts';
export type { Opened, Received } from './conversation/received.ts';
export { ImError, type FailureName } from './errors.ts';
export type { ImErrorEvent, ImEventName, ImEvents, OutboxEvent, Stored, Waiting } from './events.ts';
export { Im, Im as default, type Decrypted, type ImOptions } from './im.ts';
export type { BindUser, HistoryOptions, ImConfig, ImHandler, ImSocket, MessageName, SendOptions } from './socket.ts';
