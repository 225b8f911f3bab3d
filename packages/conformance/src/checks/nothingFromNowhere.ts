import { open } from '@trialogue/crypto';
import { SYSTEM, type Message } from '@trialogue/protocol';

import { Failed, must, mustBe, type Check } from '../check.ts';
import type { Stored } from '../stage/group.ts';
import { hash } from '../stage/message.ts';

export const nothingFromNowhere: Check = {
  about: ['I13'],
  title: 'Nothing is received that nobody sent',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const [adas, bos] = [await group.enter(ada), await group.enter(bo)];
    const sent = new Map<string, Stored>();
    for (const { who, socket } of [adas, bos]) {
      for (let n = 0; n < 4; n++) {
        const message = await group.send(socket, group.draft(who, `${who.userId} says ${n}: 你好 👋🏽`));
        sent.set(message.clientMsgId, message);
      }
    }
    const text = 'from the platform';
    await at.platform.need('POST', `/groups/${group.dlgId}/messages`, {
      fromuid: cy.userId,
      clientMsgId: 'platform-1',
      payload: { type: 'text', text },
    });
    const head = (await ada.page(group.dlgId, { limit: 1 })).head;
    await group.heardUpTo(bos, head);
    const received: [string, Message][] = [
      ...group.live(bos).map((message) => ['live', message] as [string, Message]),
      ...(await group.history(adas.socket)).map((message) => ['history', message] as [string, Message]),
    ];
    for (const [where, message] of received) {
      const { seq, clientMsgId, fromuid, content } = message;
      const payload = payloadOf(message, group);
      const draft = sent.get(clientMsgId);
      if (draft) {
        mustBe(`${where}, seq ${seq}: content`, hash(content), hash(draft.content));
        mustBe(`${where}, seq ${seq}: fromuid`, fromuid as string, draft.fromuid);
        mustBe(`${where}, seq ${seq}: text`, payload.text, draft.text);
      } else if (fromuid === SYSTEM)
        mustBe(`${where}, seq ${seq}: type of a message of the server`, payload.type, 'system');
      else {
        must(
          clientMsgId === 'platform-1' && fromuid === cy.userId && payload.text === text,
          `${where}, seq ${seq}: a message that somebody sent`,
          `id ${clientMsgId} from ${fromuid}`,
        );
      }
    }
    return `8 messages and one by the platform, each opened and compared, live and in history`;
  },
};

function payloadOf({ seq, content }: Message, { dlgId, dlgKey }: { dlgId: string; dlgKey: string }) {
  try {
    return JSON.parse(open(content, dlgId, dlgKey)) as { type: string; text?: string };
  } catch (error) {
    throw new Failed(`seq ${seq} to open under the keyring of the conversation`, (error as Error).message);
  }
}
