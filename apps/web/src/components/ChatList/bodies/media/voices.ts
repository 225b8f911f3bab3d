import type { PayloadOf, Seq } from '@trialogue/protocol';
import { shallowReactive } from 'vue';

import { fetchFile, keptFile } from '../../../../lib/files.ts';
import type { Entry } from '../../rows.ts';
import type { ConversationMedia } from './conversationMedia.ts';
import { heardIn, isHeard, markHeard } from './heard.ts';
import { startsPlaying } from './onePlays.ts';

/**
 * The one voice message that plays, wherever its row has gone meanwhile.
 *
 *            play               there             ended, and another one is unheard
 *   silent ───────► loading ─────────► playing ──────────────────────────► loading
 *     ▲                │ lost           │   ▲
 *     │                ▼           pause│   │play
 *     │             failed              ▼   │
 *     └──────────── ended ◄──────────  paused
 */
export interface Playing {
  key: string | undefined;
  state: 'silent' | 'loading' | 'playing' | 'paused' | 'failed';
  /** Seconds from its beginning. */
  at: number;
  rate: Rate;
}
export type Rate = (typeof rates)[number];
const rates = [1, 1.5, 2] as const;

type Voice = Entry & { said: PayloadOf<'voice'> };
const isVoice = (entry: Entry): entry is Voice => entry.said.type === 'voice' && !entry.recalled;

export const playing = shallowReactive<Playing>({ key: undefined, state: 'silent', at: 0, rate: 1 });

let audio: HTMLAudioElement | undefined;
let address: string | undefined;
let about: { media: ConversationMedia; voice: Voice } | undefined;
let asked = new AbortController();

/** Plays a voice message, or stops it where it is. */
export async function toggle(media: ConversationMedia, entry: Entry): Promise<void> {
  if (!isVoice(entry)) return;
  const isCurrent = playing.key === entry.key;
  if (isCurrent && playing.state === 'playing') audio?.pause();
  else if (isCurrent && playing.state === 'paused') await start();
  else await begin(media, entry);
}

export function seek(share: number): void {
  if (!audio || !about || playing.state === 'loading') return;
  const at = Math.max(0, Math.min(1, share)) * about.voice.said.seconds;
  audio.currentTime = at;
  playing.at = at;
}

export function changeRate(): void {
  playing.rate = rates[(rates.indexOf(playing.rate) + 1) % rates.length] ?? 1;
  if (audio) audio.playbackRate = playing.rate;
}

/** The conversation is left. */
function silence(): void {
  asked.abort();
  audio?.pause();
  audio?.removeAttribute('src');
  if (address) URL.revokeObjectURL(address);
  [address, about] = [undefined, undefined];
  Object.assign(playing, { key: undefined, state: 'silent', at: 0 });
}

async function begin(media: ConversationMedia, voice: Voice): Promise<void> {
  silence();
  const { signal } = (asked = new AbortController());
  about = { media, voice };
  media.onLeave(silence);
  Object.assign(playing, { key: voice.key, state: 'loading' });
  try {
    // What is here is played at once: a phone lets sound begin only within the tap.
    const { fileId, key } = voice.said;
    const bytes = keptFile(fileId) ?? (await fetchFile(media.dlgId, fileId, { signal, key }));
    if (signal.aborted) return;
    address = URL.createObjectURL(bytes.slice(0, bytes.size, soundOf(voice.said.mime)));
    const sound = (audio ??= speaker());
    sound.src = address;
    sound.playbackRate = playing.rate;
    if (voice.seq !== undefined) markHeard(media.me, media.dlgId, voice.seq);
    await start();
  } catch {
    if (!signal.aborted) playing.state = 'failed';
  }
}

async function start(): Promise<void> {
  if (!audio) return;
  startsPlaying(audio);
  try {
    await audio.play();
  } catch (error) {
    // Another one was chosen meanwhile, or the browser wants a tap first.
    const { name } = error as Error;
    if (name === 'AbortError') return;
    playing.state = name === 'NotAllowedError' ? 'paused' : 'failed';
  }
}

/** One for all: a phone that has let it speak once lets it speak on. */
function speaker(): HTMLAudioElement {
  const sound = new Audio();
  sound.addEventListener('playing', () => (playing.state = 'playing'));
  sound.addEventListener('pause', () => {
    if (playing.state === 'playing') playing.state = 'paused';
  });
  sound.addEventListener('timeupdate', () => (playing.at = sound.currentTime));
  sound.addEventListener('ended', () => {
    const last = about;
    silence();
    const next = last && nextUnheard(last.media, last.voice.seq);
    if (next) void begin(last.media, next);
  });
  sound.addEventListener('error', () => {
    if (playing.state !== 'silent' && sound.hasAttribute('src')) playing.state = 'failed';
  });
  return sound;
}

/** The next voice message of somebody else's that was not heard yet. */
export function nextUnheard({ entries, me, dlgId }: ConversationMedia, after: Seq | undefined): Voice | undefined {
  if (after === undefined) return undefined;
  const heard = heardIn(me, dlgId);
  return entries()
    .filter(isVoice)
    .find(({ seq, fromuid }) => seq !== undefined && seq > after && fromuid !== me && !isHeard(heard, seq));
}

const soundOf = (mime: string): string =>
  /^(audio|video)\/[\w.+-]+$/.test(mime.split(';')[0] ?? '') ? mime : 'application/octet-stream';
