import type { Keyrings } from './keyrings.ts';
import type { BesideDesk, Bus, FileStore, Place, Store, Warn } from './ports.ts';
import { tell } from './tell.ts';

/**
 * Destroys a conversation, the notes about it and its files. Its keys go first, so whatever is left anywhere of its
 * rows and files opens no more; a backup that holds the keys opens for as long as the master key of that time is kept.
 * The rows follow bit by bit, however many they are; nobody waits for them.
 *
 * @throws {Refused} conversation.not_found
 */
export const deleteGroup =
  (at: {
    store: Store;
    keyrings: Keyrings;
    bus: Bus;
    files: FileStore;
    warn: Warn;
    desk?: BesideDesk;
    onShredded?: () => void;
  }) =>
  async (place: Place): Promise<void> => {
    const notes = await at.desk?.laneOf(place);
    const places = notes === undefined ? [place] : [place, { ...place, dlgId: notes }];
    const members = await Promise.all(places.map((each) => at.store.membersOf(each)));
    const files = await at.store.shredConversation(place);
    for (const [nth, each] of places.entries()) {
      at.keyrings.forget(each);
      const left = (members[nth] ?? []).map(({ userId }) => ({ kind: 'removed', ...each, userId }) as const);
      tell(at, ...left, { kind: 'key', ...each });
    }
    for (const fileId of files) {
      await at.files.remove(fileId).catch((error: unknown) => at.warn('files: not removed', { fileId }, error));
    }
    at.onShredded?.();
  };
