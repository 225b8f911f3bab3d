import { mustBe, type Check } from '../check.ts';

export const tailInPing: Check = {
  about: ['I15', '§4.15'],
  title: 'ping says where open conversations stand',
  isSlow: true,
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const [adas, bos] = [await group.enter(ada), await group.enter(bo)];
    const { pingMs } = await bos.socket.nextOf('hello');
    const { seq } = await group.send(adas.socket, group.draft(ada, 'the tail'));
    const { heads } = await bos.socket.nextOf('ping', () => true, { ms: pingMs * 1.1 + 2_000, what: 'a ping' });
    mustBe('the head in ping', heads.find(({ dlgId }) => dlgId === group.dlgId)?.head, seq);
    return 'one message, then the next ping; a lost notice cannot be made from outside';
  },
};
