import { must, mustBe, type Check } from '../check.ts';
import { watchLag } from '../stage/lag.ts';
import type { Person } from '../stage/person.ts';
import type { Socket } from '../stage/socket.ts';

const MOST_MS = 1_000;

export const revokedIsOut: Check = {
  about: ['I22', '§2.7'],
  title: 'Revocation and logout close sockets in 1 s, HTTP at once',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const other = ada.with(await at.platform.createToken(ada.userId));
    const ways: [string, readonly Person[], () => Promise<unknown>][] = [
      ['logout', [ada], () => ada.need('DELETE', '/session')],
      ['revokeTokens', [other, other], () => at.platform.revokeTokens(ada.userId)],
    ];
    const bos = await group.enter(bo);
    const took: string[] = [];
    for (const [what, people, act] of ways) {
      const sockets: Socket[] = [];
      for (const who of people) sockets.push((await group.enter(who)).socket);
      const lag = watchLag();
      await act();
      const doneAt = performance.now();
      for (const who of new Set(people)) {
        const { code } = await who.ask('GET', `/conversations/${group.dlgId}/messages`);
        mustBe(`code over HTTP after ${what}:`, code, 401);
      }
      const endedAt: number[] = [];
      for (const socket of sockets) {
        const end = await socket.mustClose(`an open socket closed after ${what}`);
        mustBe(`the close code after ${what}:`, end.code, 4401);
        endedAt.push(end.at);
      }
      const ms = Math.max(0, Math.round(Math.max(...endedAt) - doneAt - lag()));
      must(ms <= MOST_MS, `the sockets closed within ${MOST_MS} ms of ${what}`, `${ms} ms`);
      took.push(`${ms} ms`);
      const again = await people[0]?.dial();
      await again?.nextOf('hello');
      again?.sayRaw(JSON.stringify({ op: 'bind', token: people[0]?.token, uid: ada.userId }));
      mustBe(`binding again after ${what}:`, (await again?.mustClose('a dead token turned away'))?.code, 4401);
    }
    must(bos.socket.isOpen, 'bo’s socket open', 'it was closed, too');
    return `logout and revokeTokens with sockets open: closed after ${took.join(', ')}`;
  },
};
