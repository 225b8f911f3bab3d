import { must, mustBe, Skipped, type Check } from '../check.ts';
import { sleep } from '../stage/http.ts';
import { mentions } from '../stage/intruder.ts';

export const presenceIsTold: Check = {
  about: ['§4.11', 'I20'],
  title: 'Members are told who comes and goes, and nobody else is',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const mal = await at.person();
    const own = await at.group(mal);
    const [adas, bos, mals] = [await group.enter(ada), await group.enter(bo), await own.enter(mal)];
    const { online } = bos.opened as Partial<typeof bos.opened>;
    if (online === undefined) throw new Skipped('not offered by this server: opened has no online');
    // Another node has heard of who came just now, or will say so in a moment.
    const isNews = at.server.nodes > 1 && !(online as string[]).includes(ada.userId);
    if (isNews) await bos.socket.nextOf('presence', ({ userId, isOnline }) => userId === ada.userId && isOnline);
    else must((online as string[]).includes(ada.userId), 'ada online in opened', JSON.stringify(online));
    must(!(online as string[]).includes(cy.userId), 'cy, who is away, not online in opened', JSON.stringify(online));

    const cys = await group.enter(cy);
    const ofCy = (isOnline: boolean) =>
      adas.socket.nextOf('presence', (frame) => (frame.userId as string) === cy.userId && frame.isOnline === isOnline, {
        what: `presence of cy, isOnline ${isOnline}`,
      });
    mustBe('dlgId in presence', (await ofCy(true)).dlgId as string, group.dlgId);
    cys.socket.close();
    await ofCy(false);
    await own.send(mals.socket, own.draft(mal, 'a round trip'));
    await sleep(150);
    const heard = mals.socket.heard.find(
      (frame) => mentions(frame, group) || JSON.stringify(frame).includes(cy.userId),
    );
    must(!heard, 'no presence on a stranger’s socket', () => JSON.stringify(heard));
    return 'a member came and went while two members and a stranger listened';
  },
};
