import { randomUUID } from 'node:crypto';

import { must, mustBe, Skipped, type Check } from '../check.ts';
import { sleep } from '../stage/http.ts';
import type { Person } from '../stage/person.ts';

export const takeover: Check = {
  about: ['I28', '§5.12'],
  title: 'A newer socket of a client replaces the older, which stores no more',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    await mustKnowSids(ada);
    const sid = randomUUID();
    const old = await group.enter(ada, { sid, fence: 1 });
    const kept = await group.send(old.socket, group.draft(ada, 'before'));
    const bystander = await group.enter(ada, { sid: randomUUID(), fence: 1 });

    // What the old socket still sends races with the newer bind: each is acked and stored, or refused and not.
    const racing = Array.from({ length: 6 }, (_, n) => group.draft(ada, `racing ${n}`));
    const newer = await ada.dial();
    await newer.nextOf('hello');
    for (const draft of racing.slice(0, 3)) group.say(old.socket, draft);
    newer.sayRaw(JSON.stringify({ op: 'bind', token: ada.token, uid: ada.userId, sid, fence: 2 }));
    for (const draft of racing.slice(3)) group.say(old.socket, draft);
    await newer.nextOf('bound');
    const head = (await bo.page(group.dlgId)).head;
    const late = group.draft(ada, 'after the newer one was bound');
    group.say(old.socket, late);
    await sleep(300);
    const { code } = await old.socket.mustClose('the older socket closed');
    mustBe('its close code', code, 4509);

    const history = await bo.history(group.dlgId);
    const answers = new Map(
      old.socket.heard.flatMap((frame) =>
        frame.op === 'ack' || frame.op === 'nack' ? [[frame.clientMsgId as string, frame] as const] : [],
      ),
    );
    for (const draft of racing) {
      const answer = answers.get(draft.clientMsgId);
      const found = history.find(({ clientMsgId }) => clientMsgId === draft.clientMsgId);
      if (answer?.op === 'ack') must(found !== undefined, `${draft.text}, acked, in history`, 'it is not there');
      if (answer?.op === 'nack')
        must(!found, `${draft.text}, refused with ${answer.error}, not in history`, () => `at seq ${found?.seq}`);
    }
    const stray = history.find(({ seq, fromuid }) => seq > head && (fromuid as string) === ada.userId);
    must(!stray, `nothing of the older socket above ${head}, once the newer is bound`, () => `seq ${stray?.seq}`);
    must(bystander.socket.isOpen, 'a socket of another sid open', `closed with ${bystander.socket.end?.code}`);

    for (const fence of [1, 2]) {
      const tooLow = await ada.dial();
      await tooLow.nextOf('hello');
      tooLow.sayRaw(JSON.stringify({ op: 'bind', token: ada.token, uid: ada.userId, sid, fence }));
      if (fence === 1 && at.server.nodes > 1) {
        // On another node than the newest a first socket is only found out when it sends.
        const say = () => group.say(tooLow, group.draft(ada, 'of a socket that came too late'));
        await tooLow.nextOf('bound').then(say, () => {});
      }
      const { code } = await tooLow.mustClose(`fence ${fence} turned away, as 2 is there`);
      mustBe(`the close code of fence ${fence}`, code, 4509);
    }
    const tooLate = (await bo.history(group.dlgId)).find(({ seq }) => seq > head);
    must(!tooLate, 'nothing stored of a socket that was turned away', () => `seq ${tooLate?.seq}`);
    must(newer.isOpen, 'the newer socket open', `closed with ${newer.end?.code}`);
    await group.open(newer);
    const after = await group.send(newer, late);
    must(after.seq > kept.seq, 'the newer socket to store', `seq ${after.seq}`);
    return `fence 2 took over while fence 1 was sending: closed with ${code}`;
  },
};

/** A server that reads `sid` refuses one that is too short; an older one drops what it does not know. @throws {Skipped} */
async function mustKnowSids(who: Person): Promise<void> {
  const socket = await who.dial();
  await socket.nextOf('hello');
  socket.sayRaw(JSON.stringify({ op: 'bind', token: who.token, uid: who.userId, sid: 'short', fence: 1 }));
  const bound = socket.nextOf('bound').then(
    () => true,
    () => false,
  );
  if (await bound) throw new Skipped('not offered by this server: it knows no sid and fence');
}
