import { id, type ClientMsgId, type DlgId, type FileId, type Payload } from '@trialogue/protocol';
import { computed, onScopeDispose, shallowRef } from 'vue';

import type { Upload } from '../../components/ChatList/bodies/media/uploads.ts';
import {
  MOST_ATTACHMENTS,
  type Attachment,
  type Covering,
  type Recording,
} from '../../components/Editor/attachments.ts';
import type { Sent } from '../../components/Editor/media/sendUp.ts';
import { failureWords } from '../../http/failureWords.ts';
import { isNetworkFailure } from '../../http/refusal.ts';
import { keepFile } from '../../lib/files.ts';
import { imApp } from '../../lib/im.ts';
import { onIm } from '../../lib/useIm.ts';
import { t, withWords } from '../../utils/i18n/index.ts';
import type { Pending } from './pending.ts';
import { HOLD_MS, sayable, type InLine } from './sendOrder.ts';

/** Fetched when the first file is picked. */
const tools = () => withWords('media', import('../../components/Editor/media/index.ts'));

type Ways = [signal: AbortSignal, heard: (share: number, isWaiting?: boolean) => void];

/** A message of ours that waits for its file to go up, or for the messages before it. */
interface Going extends InLine {
  clientMsgId: ClientMsgId;
  sentAt: number;
  /** As it is shown meanwhile; once it is `ready`, as it is said. */
  said: Payload;
  work?: (...ways: Ways) => Promise<Payload>;
  name: string;
  isOffline?: boolean;
}

/**
 * Files between the picker and the conversation, the only place that uploads.
 *
 *   attach ──► staged, in the sheet ── send ──► a row in the list, going up ──► said
 *                  │ detach, drop                      │ cancel        ▲
 *                  ▼                                   ▼ or failed ────┘ retry
 *
 * What is said afterwards comes afterwards: words wait for the pictures before them, for a while.
 */
export function useAttachments(
  dlgId: DlgId,
  {
    send,
    warn,
    uploads,
  }: {
    send: (payload: Payload, as: { clientMsgId: ClientMsgId; sentAt: number }) => void;
    warn: (text: string) => void;
    /** Where the list sees how far they have come. Reactive. */
    uploads: Map<ClientMsgId, Upload>;
  },
) {
  const attachments = shallowRef<readonly Attachment[]>([]);
  const line = shallowRef<readonly Going[]>([]);
  let count = 0;

  // The sheet.

  async function attach(files: readonly File[]): Promise<void> {
    const { look } = await tools();
    const room = MOST_ATTACHMENTS - attachments.value.length;
    if (files.length > room) warn(t('tooManyFiles', { n: MOST_ATTACHMENTS }));
    for (const file of files.slice(0, room)) {
      const looked = await look(file);
      if ('refused' in looked) {
        warn(looked.refused);
        continue;
      }
      count += 1;
      const preview = looked.attachment.kind === 'picture' ? URL.createObjectURL(file) : undefined;
      attachments.value = [...attachments.value, { ...looked.attachment, id: count, preview }];
    }
  }

  function detach(gone: number): void {
    const one = attachments.value.find((each) => each.id === gone);
    if (one?.preview) URL.revokeObjectURL(one.preview);
    attachments.value = attachments.value.filter((each) => each.id !== gone);
  }
  const drop = (): void => attachments.value.forEach((one) => detach(one.id));

  /** All of the sheet becomes rows of the list, at once and in order. */
  async function sendAll({ caption, isOriginal }: Covering): Promise<void> {
    const staged = attachments.value;
    const words = caption.trim();
    const last = staged.findLast(({ kind }) => kind === 'picture');
    attachments.value = [];
    const { fit, LONGEST_SIDE_PX } = await tools();
    for (const one of staged) {
      const { file, width, height, mime } = one;
      const clientMsgId = newId();
      const fileId = localId(clientMsgId);
      keepFile(dlgId, fileId, file);
      if (one.preview) URL.revokeObjectURL(one.preview);
      const name = file.name.slice(-255) || t('file');
      const shown = { fileId, name, mime, size: file.size };
      if (one.kind === 'picture' && width && height) {
        const text = one === last && words !== '' ? { text: words } : {};
        const size = one.isMoving
          ? { width, height }
          : fit({ width, height }, isOriginal ? undefined : LONGEST_SIDE_PX);
        goUp(clientMsgId, { type: 'image', ...shown, ...size, ...text }, name, true, async (...ways) => ({
          ...(await pictureUp(one, name, isOriginal, ...ways)),
          ...text,
        }));
      } else if (one.kind === 'film') {
        goUp(clientMsgId, { type: 'video', ...shown }, name, false, (...ways) => filmUp(one, name, ...ways));
      } else {
        goUp(clientMsgId, { type: 'file', ...shown }, name, false, async (signal, heard) => ({
          type: 'file',
          ...(await up(file, file, name, mime, signal, heard)),
          name,
          mime,
        }));
      }
    }
    if (words !== '' && !last) say({ type: 'text', text: words });
  }

  /** What was spoken. */
  function speak({ bytes, seconds, waveform }: Recording): void {
    const clientMsgId = newId();
    const fileId = localId(clientMsgId);
    keepFile(dlgId, fileId, bytes);
    const mime = bytes.type.split(';')[0] || 'audio/webm';
    const about = { mime, seconds, waveform };
    void withWords('media', Promise.resolve()).then(() =>
      goUp(
        clientMsgId,
        { type: 'voice', fileId, size: bytes.size, ...about },
        t('voice', { n: Math.round(seconds) }),
        true,
        async (...ways) => {
          const sent = await up(bytes, bytes, `voice.${mime.split('/')[1]}`, mime, ...ways);
          return { type: 'voice', ...sent, ...about };
        },
      ),
    );
  }

  // The way up.

  /** @param of what the bytes were made of: a second try goes on where the first one stopped */
  async function up(bytes: Blob, of: Blob, name: string, mime: string, ...[signal, heard]: Ways) {
    const { sendUp } = await tools();
    // The type goes with the bytes.
    const body = bytes.type === mime ? bytes : bytes.slice(0, bytes.size, mime);
    const sent = await sendUp(dlgId, body, name, { signal, heard, of });
    keepFile(dlgId, sent.fileId, bytes);
    return { ...sent, size: bytes.size };
  }

  /** The small copy first: it is what the others see first. */
  async function pictureUp(one: Attachment, name: string, isOriginal: boolean, ...[signal, heard]: Ways) {
    const { preparePicture } = await tools();
    const { bytes, thumb, mime, width, height } = await preparePicture(one, { isOriginal });
    signal.throwIfAborted();
    const thumbShare = thumb ? thumb.size / (thumb.size + bytes.size) : 0;
    const small =
      thumb && (await up(thumb, thumb, 'thumb.jpg', thumb.type, signal, (share) => heard(share * thumbShare)));
    const told: Ways[1] = (share, isWaiting) => heard(thumbShare + share * (1 - thumbShare), isWaiting);
    const sent = await up(bytes, one.file, named(name, mime), mime, signal, told);
    return { type: 'image' as const, ...sent, name: named(name, mime), mime, width, height, ...thumbOf(small) };
  }

  async function filmUp(one: Attachment, name: string, ...[signal, heard]: Ways): Promise<Payload> {
    const { prepareFilm } = await tools();
    const { bytes, poster, ...about } = await prepareFilm(one.file);
    signal.throwIfAborted();
    const small = poster && (await up(poster, poster, 'thumb.jpg', poster.type, signal, () => undefined));
    const sent = await up(bytes, one.file, name, one.mime, signal, heard);
    return { type: 'video', ...sent, name, mime: one.mime, ...about, ...thumbOf(small) };
  }

  // The line.

  function goUp(
    clientMsgId: ClientMsgId,
    said: Payload,
    name: string,
    holds: boolean,
    work: NonNullable<Going['work']>,
  ) {
    const now = Date.now();
    const one: Going = { clientMsgId, sentAt: now, since: now, state: 'preparing', said, holds, name, work };
    line.value = [...line.value, one];
    begin(one);
  }

  /** Says something after what was said before it. */
  function say(said: Payload): void {
    const now = Date.now();
    const one: Going = { clientMsgId: newId(), sentAt: now, since: now, state: 'ready', said, holds: false, name: '' };
    line.value = [...line.value, one];
    flush();
  }

  function flush(now = Date.now()): void {
    const due = sayable(line.value, now);
    if (due.length === 0) return;
    const gone = new Set(due);
    line.value = line.value.filter((one) => !gone.has(one));
    for (const { said, clientMsgId, sentAt } of due) {
      uploads.delete(clientMsgId);
      send(said, { clientMsgId, sentAt });
    }
  }

  const change = (clientMsgId: ClientMsgId, patch: Partial<Going>) => {
    line.value = line.value.map((one) => (one.clientMsgId === clientMsgId ? { ...one, ...patch } : one));
  };

  /** One picture after the other, so that the first is there first; large files beside them, not before them. */
  const lanes = { quick: Promise.resolve(), slow: Promise.resolve() };

  function begin({ clientMsgId, holds, work, name }: Going): void {
    if (!work) return;
    const stop = new AbortController();
    const cancel = () => (stop.abort(), discard(clientMsgId));
    const again = () => retry(clientMsgId);
    const show = (share: number, state: Upload['state'] = 'going') =>
      uploads.set(clientMsgId, { state, share, cancel, retry: again });
    show(0);
    const isHere = () => !stop.signal.aborted && line.value.some((one) => one.clientMsgId === clientMsgId);
    const run = async () => {
      if (!isHere()) return;
      change(clientMsgId, { state: 'uploading' });
      try {
        const said = await work(stop.signal, (share, isWaiting) => {
          if (isHere()) show(share, isWaiting ? 'waiting' : 'going');
        });
        if (isHere()) change(clientMsgId, { state: 'ready', said });
      } catch (error) {
        if (!isHere()) return;
        change(clientMsgId, { state: 'failed', isOffline: isNetworkFailure(error) });
        show(0, 'failed');
        warn(failureWords(error, t('uploadFailed', { name })));
      }
      flush();
    };
    const lane = holds ? 'quick' : 'slow';
    lanes[lane] = lanes[lane].then(run);
    if (holds) setTimeout(flush, HOLD_MS);
  }

  function retry(clientMsgId: ClientMsgId): boolean {
    const one = line.value.find((each) => each.clientMsgId === clientMsgId);
    if (!one) return false;
    if (one.state !== 'failed') return true;
    change(clientMsgId, { state: 'preparing', since: Date.now() });
    begin(one);
    return true;
  }

  function discard(clientMsgId: ClientMsgId): boolean {
    const isOurs = line.value.some((one) => one.clientMsgId === clientMsgId);
    if (!isOurs) return false;
    line.value = line.value.filter((one) => one.clientMsgId !== clientMsgId);
    uploads.delete(clientMsgId);
    flush();
    return true;
  }

  // What failed for want of a network goes on by itself.
  onIm('opened', () => {
    for (const { clientMsgId, state, isOffline } of line.value) if (state === 'failed' && isOffline) retry(clientMsgId);
  });

  /** These are in memory only. */
  const isAtRisk = computed(() => line.value.length > 0);
  const leaving = (event: BeforeUnloadEvent) => {
    if (isAtRisk.value) event.preventDefault();
  };
  /** Words are safe once they are with the SDK, in whatever order. */
  const letWordsGo = () => flush(Infinity);
  addEventListener('beforeunload', leaving);
  addEventListener('pagehide', letWordsGo);
  onScopeDispose(() => {
    drop();
    letWordsGo();
    removeEventListener('beforeunload', leaving);
    removeEventListener('pagehide', letWordsGo);
  });

  return {
    attachments,
    attach,
    detach,
    drop,
    sendAll,
    speak,
    say,
    /** What is on its way, as the list shows it: among the others, in the order in which it was sent. */
    withGoing(pending: readonly Pending[]): readonly Pending[] {
      if (line.value.length === 0) return pending;
      const going = line.value.map(({ clientMsgId, said, sentAt, state }): Pending => {
        const fate = state === 'failed' ? 'failed' : state === 'ready' ? 'queued' : 'sending';
        return { clientMsgId, said, sentAt, state: fate, isFresh: true };
      });
      return [...pending, ...going].sort((one, other) => one.sentAt - other.sentAt);
    },
    /** Whether it was one of these. */
    retry,
    discard,
  };
}

const newId = (): ClientMsgId => id<ClientMsgId>(imApp.newClientMsgId());

const thumbOf = (small: Sent | undefined) =>
  small && { thumbId: small.fileId, ...(small.key !== undefined && { thumbKey: small.key }) };

/** Of a file that the server has not taken yet. */
const localId = (clientMsgId: ClientMsgId): FileId => id<FileId>(`local-${clientMsgId}`);

const endings: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/png': 'png' };

/** A picture that was drawn anew as another kind is called so. */
function named(name: string, mime: string): string {
  const ending = endings[mime];
  const isCalledSo =
    ending === undefined || new RegExp(`\\.(${ending}${ending === 'jpg' ? '|jpeg' : ''})$`, 'i').test(name);
  return isCalledSo ? name : `${name.replace(/\.[^.]{1,5}$/, '')}.${ending}`;
}
