import { mustBe, type Check } from '../check.ts';

export const beforeBind: Check = {
  about: ['§2.2', '§2.3'],
  title: 'Until bound only bind is taken, and only of the token’s user',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const bind = (token: string, uid: string, rest = '') => `{"op":"bind","token":"${token}","uid":"${uid}"${rest}}`;
    const most = at.server.limits.unboundFrameBytes ?? 4_096;
    const short = bind(ada.token, ada.userId, `,"pad":""`);
    const padded = (bytes: number) => bind(ada.token, ada.userId, `,"pad":"${'x'.repeat(bytes - short.length)}"`);
    const refused: [string, string][] = [
      ['an open before bind', JSON.stringify({ op: 'open', id: 1, dlgId: group.dlgId })],
      ['a send before bind', JSON.stringify({ op: 'send', dlgId: group.dlgId, clientMsgId: 'x', content: 'IM1.x' })],
      ['a wrong token', bind('no-token', ada.userId)],
      ['the token of another user', bind(bo.token, ada.userId)],
      ['the app’s secret for a token', bind(at.server.secret, ada.userId)],
      [`a bind of ${most + 1} bytes`, padded(most + 1)],
    ];
    for (const [what, frame] of refused) {
      const socket = await ada.dial();
      await socket.nextOf('hello');
      socket.sayRaw(frame);
      const { code } = await socket.mustClose(`${what}: closed`);
      mustBe(`${what}: close code`, code, 4401);
    }
    for (const bytes of [most - 1, most]) {
      const socket = await ada.dial();
      await socket.nextOf('hello');
      socket.sayRaw(padded(bytes));
      const { userId } = await socket.nextOf('bound', () => true, { what: `bound, for a bind of ${bytes} bytes` });
      mustBe('userId in bound', userId as string, ada.userId);
    }
    return `${refused.length} ways to begin wrongly; bind of ${most - 1}, ${most} and ${most + 1} bytes`;
  },
};
