import { must, mustBe, type Check } from '../check.ts';
import { watchLag } from '../stage/lag.ts';

const MOST_MS = 1_000;

export const removalIsAtOnce: Check = {
  about: ['I22'],
  title: 'Removal reaches open sockets in 1 s, sends and HTTP at once',
  async run(at) {
    const { ada, cy, group } = await at.trio();
    await group.enter(ada);
    const cys = await group.enter(cy);
    const draft = group.draft(cy, 'too late');
    await at.platform.removeMember(group.dlgId, cy.userId);
    const removedAt = performance.now();
    const lag = watchLag();
    const [answer, overHttp] = await Promise.all([
      group.offer(cys.socket, draft),
      cy.ask('GET', `/conversations/${group.dlgId}/messages`),
    ]);
    mustBe('a send right after the removal:', answer.op === 'nack' ? answer.error : 'ack', 'conversation.not_member');
    mustBe('history right after the removal:', overHttp.error, 'conversation.not_member');
    const leftAt = await cys.socket.next('left', (frame) =>
      frame.op === 'left' && frame.dlgId === group.dlgId
        ? cys.socket.heardAt[cys.socket.heard.indexOf(frame)]
        : undefined,
    );
    const ms = Math.max(0, Math.round(leftAt - removedAt - lag()));
    must(ms <= MOST_MS, `left within ${MOST_MS} ms`, `${ms} ms`);
    return `a member removed with a socket open: left after ${ms} ms`;
  },
};
