import { must, mustBe, type Check } from '../check.ts';

export const heartbeat: Check = {
  about: ['I26', '§2.5'],
  title: 'Who answers no ping is closed with 4012, who answers stays',
  isSlow: true,
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const [mute, answering] = [await group.enter(ada, { isMute: true }), await group.enter(bo)];
    const { pingMs } = await mute.socket.nextOf('hello');
    const pongMs = at.server.limits.pongMs ?? 10_000;
    const from = performance.now();
    await mute.socket.nextOf('ping', () => true, { ms: pingMs * 1.1 + 2_000, what: 'a ping' });
    const pingedAt = performance.now();
    const { code, at: endedAt } = await mute.socket.mustClose('a socket that answers no ping closed', pongMs + 3_000);
    mustBe('its close code', code, 4012);
    must(endedAt - from <= 40_000, 'a dead peer noticed within 40 s', `${Math.round((endedAt - from) / 1000)} s`);
    must(answering.socket.isOpen, 'the socket that answers open', `closed with ${answering.socket.end?.code}`);
    return `ping after ${seconds(pingedAt - from)}, closed ${seconds(endedAt - pingedAt)} later`;
  },
};

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
