import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Refused, id, type AppId, type ClientMsgId, type Payload, type SessionId } from '@trialogue/protocol';

import { noRates } from '../access/rates.ts';
import type { Chat, Platform } from '../chat/chat.ts';
import type { Desk, DeskPlatform } from '../chat/desk/desk.ts';
import { makeDesk } from '../chat/desk/makeDesk.ts';
import type { DeskStore } from '../chat/desk/ports.ts';
import { makeChat, type ChatPorts } from '../chat/makeChat.ts';
import type { Actor, Place, Profile } from '../chat/ports.ts';
import { ada, bo, cast, cy } from './cast.ts';
import { appReplies, customers, customs, deskStories, ownReplies } from './desk.ts';
import { stories, type Picture, type Story } from './script.ts';
import { settingsOfShop } from './settings.ts';

/** `assets` lies beside this file, and the build puts it beside the built one. */
const assets = (file: string) => fileURLToPath(new URL(`./assets/${file}`, import.meta.url));

/**
 * Puts the cast and the ready-made conversations into the database, through the same doors as anybody else, on a
 * clock that is set back so that the history has its times. A second start adds only what is missing.
 */
export async function tellStories(ports: ChatPorts & { desk: DeskStore }, appId: AppId): Promise<void> {
  const then = { at: ports.clock.now(), now: () => then.at };
  const own = { ...ports, clock: then, rates: noRates };
  const { chat, platform, keyrings, close } = makeChat(own);
  const { desk, platform: deskPlatform } = makeDesk({ ...own, keyrings });
  try {
    for (const each of [...cast, ...customers]) await platform.putUser(appId, each);
    for (const [userId, custom] of customs) await deskPlatform.putCustom(appId, userId, custom);
    for (const story of [...deskStories, ...stories]) {
      then.at = ports.clock.now() - story.endedMs - story.lines.reduce((sum, { afterMs }) => sum + afterMs, 0);
      await tellStory({ store: ports.store, chat, platform, desk, times: then }, appId, story);
    }
    await keepReplies({ desk, deskPlatform }, appId);
    // Once: what was settled since, if only that nothing is, stays so.
    if ((await ports.desk.readSettings(appId)) === undefined)
      await deskPlatform.putSettings(appId, settingsOfShop(Intl.DateTimeFormat().resolvedOptions().timeZone));
  } finally {
    close();
  }
}

interface Teller extends Pick<ChatPorts, 'store'> {
  chat: Chat;
  platform: Platform;
  desk: Desk;
  /** Set back, and moved on with each line. */
  times: { at: number };
}

async function tellStory(at: Teller, appId: AppId, story: Story): Promise<void> {
  const place = { appId, dlgId: story.dlgId };
  const { name, custom, members = [ada, bo, cy] } = story;
  await at.platform
    .createGroup(appId, { groupId: story.dlgId, name, members: [...members], ...(custom && { custom }) })
    .catch(unlessThere);
  if (await isTold(at, place, story)) return;
  for (const [nth, line] of story.lines.entries()) {
    at.times.at += line.afterMs;
    const actor = asActor(place, line.by);
    if ('does' in line) {
      await (line.does === 'calls' ? at.desk.call(actor, place.dlgId) : at.desk.patch(actor, place.dlgId, line.does));
      continue;
    }
    const clientMsgId = id<ClientMsgId>(`story-${nth + 1}`);
    const fromuid = line.by.userId;
    if (await at.store.findByClientMsgId(place, fromuid, clientMsgId)) continue;
    const payload = line.says.type === 'picture' ? await keepPicture(line.says, actor, place, at.chat) : line.says;
    const { seq } = await at.platform.post(place, { fromuid, clientMsgId, payload });
    // Whoever answers has read what came before.
    await at.chat.markRead(actor, story.dlgId, seq);
  }
}

/** Once: whatever people have made of them since is theirs. */
async function keepReplies(at: { desk: Desk; deskPlatform: DeskPlatform }, appId: AppId): Promise<void> {
  if ((await at.deskPlatform.replies(appId)).list.length > 0) return;
  for (const { replyId, ...words } of ownReplies) {
    await at.desk.putReply(asActor({ appId }, cy), replyId, words);
  }
  for (const { replyId, ...words } of appReplies) await at.deskPlatform.putReply(appId, replyId, words);
}

/** Whatever became of it since: people may have talked on, recalled, left. */
async function isTold({ store }: Pick<ChatPorts, 'store'>, place: Place, { lines }: Story): Promise<boolean> {
  const said = lines.filter((line) => 'says' in line);
  return ((await store.findConversation(place))?.head ?? 0) >= said.length;
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Refused) || error.refusal !== 'conversation.exists') throw error;
}

const asActor = ({ appId }: Pick<Place, 'appId'>, { userId }: Profile): Actor => ({
  appId,
  userId,
  sessionId: id<SessionId>('demo'),
});

async function keepPicture(
  { file, name, mime, width, height }: Picture,
  actor: Actor,
  { dlgId }: Place,
  chat: Chat,
): Promise<Payload> {
  const kept = await chat.keepFile(actor, dlgId, { name, mime, bytes: createReadStream(assets(file)) });
  return { type: 'image', fileId: kept.fileId, name, mime, size: kept.size, width, height };
}
