// For whoever gives the client another network, clock and chance than a browser does: the seeded world.
// Not part of what is published.
export type { HistoryPage } from './client/state.ts';
export type { Opened, Received } from './conversation/received.ts';
export { ImError } from './errors.ts';
export type { Stored, Told } from './events.ts';
export { storeInMemory, sturdy, type Kept, type OutboxStore } from './outbox/store.ts';
export { onlyTab, type Tabs } from './outbox/tabs.ts';
export { openSession, type Session } from './session.ts';
