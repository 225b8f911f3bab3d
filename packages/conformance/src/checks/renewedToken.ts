import { mustBe, type Check } from '../check.ts';

export const renewedToken: Check = {
  about: ['§3.2'],
  title: 'auth puts a newer token of the same user under a socket',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const { socket } = await group.enter(ada);
    const newer = await at.platform.createToken(ada.userId);
    const from = socket.mark;
    socket.sayRaw(JSON.stringify({ op: 'auth', token: newer }));
    const { userId } = await socket.nextOf('bound', () => true, { from });
    mustBe('userId in bound', userId as string, ada.userId);
    await group.send(socket, group.draft(ada, 'still here'));
    socket.sayRaw(JSON.stringify({ op: 'auth', token: bo.token }));
    mustBe('the close code for the token of another user', (await socket.mustClose('it closed')).code, 4401);
    return 'a newer token of one’s own, then one of another user';
  },
};
