import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Refused, id, type AppId, type ClientMsgId, type Payload, type SessionId } from '@trialogue/protocol';

import { noRates } from '../access/rates.ts';
import type { Chat } from '../chat/chat.ts';
import { makeChat, type ChatPorts } from '../chat/makeChat.ts';
import type { Actor, Place } from '../chat/ports.ts';
import { ada, bo, cast, cy } from './cast.ts';
import { stories, type Line, type Picture, type Story } from './script.ts';

/** `assets` lies beside this file, and the build puts it beside the built one. */
const assets = (file: string) => fileURLToPath(new URL(`./assets/${file}`, import.meta.url));

/**
 * Puts the cast and the ready-made conversations into the database, through the same doors as anybody else, on a
 * clock that is set back so that the history has its times. A second start adds only what is missing.
 */
export async function tellStories(ports: ChatPorts, appId: AppId): Promise<void> {
  const then = { at: ports.clock.now(), now: () => then.at };
  const { chat, platform, close } = makeChat({ ...ports, clock: then, rates: noRates });
  try {
    for (const person of cast) await platform.putUser(appId, person);
    for (const story of stories) {
      const place = { appId, dlgId: story.dlgId };
      then.at = ports.clock.now() - story.endedMs - story.lines.reduce((sum, { afterMs }) => sum + afterMs, 0);
      await platform
        .createGroup(appId, { groupId: story.dlgId, name: story.name, members: [ada, bo, cy] })
        .catch(unlessThere);
      if (await isTold(ports, place, story)) continue;
      for (const [at, line] of story.lines.entries()) {
        then.at += line.afterMs;
        const clientMsgId = id<ClientMsgId>(`story-${at + 1}`);
        const fromuid = line.by.userId;
        if (await ports.store.findByClientMsgId(place, fromuid, clientMsgId)) continue;
        const { seq } = await platform.post(place, {
          fromuid,
          clientMsgId,
          payload: await payloadOf(line, place, chat),
        });
        // Whoever answers has read what came before.
        await chat.markRead(asActor(place, line.by), story.dlgId, seq);
      }
    }
  } finally {
    close();
  }
}

/** Whatever became of it since: people may have talked on, recalled, left. */
async function isTold({ store }: ChatPorts, place: Place, story: Story): Promise<boolean> {
  return ((await store.findConversation(place))?.head ?? 0) >= story.lines.length;
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Refused) || error.refusal !== 'conversation.exists') throw error;
}

const asActor = ({ appId }: Place, { userId }: Line['by']): Actor => ({
  appId,
  userId,
  sessionId: id<SessionId>('demo'),
});

const payloadOf = async ({ by, says }: Line, place: Place, chat: Chat): Promise<Payload> =>
  says.type === 'picture' ? keepPicture(says, asActor(place, by), place, chat) : says;

async function keepPicture(
  { file, name, mime, width, height }: Picture,
  actor: Actor,
  { dlgId }: Place,
  chat: Chat,
): Promise<Payload> {
  const kept = await chat.keepFile(actor, dlgId, { name, mime, bytes: createReadStream(assets(file)) });
  return { type: 'image', fileId: kept.fileId, name, mime, size: kept.size, width, height };
}
