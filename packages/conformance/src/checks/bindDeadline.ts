import { must, mustBe, type Check } from '../check.ts';

export const bindDeadline: Check = {
  about: ['§2.2'],
  title: 'Who does not bind in time is closed with 4401',
  async run(at) {
    const bindMs = at.server.limits.bindMs ?? 5_000;
    const socket = await at.dial();
    const from = performance.now();
    await socket.nextOf('hello');
    const { code, at: endedAt } = await socket.mustClose('a silent socket closed', bindMs + 3_000);
    mustBe('its close code', code, 4401);
    const ms = Math.round(endedAt - from);
    must(ms >= bindMs - 500, `not before ${bindMs} ms`, `${ms} ms`);
    return `a socket that says nothing: closed after ${ms} ms`;
  },
};
