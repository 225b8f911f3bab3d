import { must, mustBe, Skipped, type Check } from '../check.ts';
import { sleep } from '../stage/http.ts';
import { mentions } from '../stage/intruder.ts';

export const typingIsTold: Check = {
  about: ['§3.9', 'I20'],
  title: 'Typing reaches the members, nobody else, and no log',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const mal = await at.person();
    const own = await at.group(mal);
    const [adas, bos, mals] = [await group.enter(ada), await group.enter(bo), await own.enter(mal)];
    const { head } = await group.page(adas.socket);
    adas.socket.sayRaw(JSON.stringify({ op: 'typing', dlgId: group.dlgId, isTyping: true }));
    const typing = await Promise.race([
      bos.socket.nextOf('typing', (frame) => frame.dlgId === group.dlgId),
      adas.socket.ended,
    ]);
    if ('code' in typing) throw new Skipped('not offered by this server: it knows no typing');
    mustBe('userId in typing', typing.userId as string, ada.userId);
    mustBe('isTyping', typing.isTyping, true);
    mals.socket.sayRaw(JSON.stringify({ op: 'typing', dlgId: group.dlgId, isTyping: true }));
    await own.send(mals.socket, own.draft(mal, 'a round trip'));
    await sleep(150);
    const told = bos.socket.all('typing').find(({ userId }) => (userId as string) === mal.userId);
    must(!told, 'no typing of a stranger', () => JSON.stringify(told));
    const heard = mals.socket.heard.find((frame) => mentions(frame, group));
    must(!heard, 'no typing on a stranger’s socket', () => JSON.stringify(heard));
    mustBe('head, which typing does not move:', (await group.page(adas.socket)).head, head);
    return 'typing of a member and of a stranger';
  },
};
