import { must, mustBe, Skipped, type Check } from '../check.ts';
import { sleep } from '../stage/http.ts';

export const sendRate: Check = {
  about: ['§8'],
  title: 'A user’s burst of sends is stored; what is over it passes later',
  async run(at) {
    const burst = at.limit('sendsPerUserBurst');
    const perSecond = at.limit('sendsPerUserPerSecond');
    const { ada, bo, group } = await at.pair();
    const { socket } = await group.enter(ada);
    const drafts = Array.from({ length: burst + perSecond + 3 }, (_, n) => group.draft(ada, `${n}`));
    const from = performance.now();
    for (const draft of drafts) group.say(socket, draft);
    const answers = [];
    for (const draft of drafts) answers.push(await group.outcome(socket, draft));
    const seconds = (performance.now() - from) / 1000;
    const acked = answers.filter(({ op }) => op === 'ack').length;
    const nacks = answers.flatMap((answer) => (answer.op === 'nack' ? [answer] : []));
    if (nacks.length === 0 && seconds < 1)
      throw new Skipped(`not offered by this server: ${acked} sends at once were all taken`);
    mustBe(
      'the answers to the first of the burst',
      answers.slice(0, burst).findIndex(({ op }) => op === 'nack'),
      -1,
    );
    const most = burst + Math.ceil(perSecond * seconds) + 1;
    must(acked <= most, `at most ${most} stored in ${seconds.toFixed(2)} s`, `${acked}`);
    for (const { error, retryAfterMs } of nacks) {
      mustBe('what is over it is refused as', error, 'rate.limited');
      must(
        retryAfterMs !== undefined && retryAfterMs > 0 && retryAfterMs <= 60_000,
        'retryAfterMs up to a minute',
        `${retryAfterMs}`,
      );
    }
    const [first] = nacks;
    const refused = drafts.find(({ clientMsgId }) => clientMsgId === first?.clientMsgId);
    if (first && refused) {
      const before = (await bo.history(group.dlgId)).some(({ clientMsgId }) => clientMsgId === first.clientMsgId);
      must(!before, 'what was refused not in history', 'it is there');
      await sleep(Math.max(...nacks.map(({ retryAfterMs }) => retryAfterMs ?? 0)) + 50);
      const again = await group.offer(socket, refused);
      mustBe('the same message after retryAfterMs:', again.op === 'nack' ? again.error : 'ack', 'ack');
    }
    return `${drafts.length} sends at once: ${acked} stored, ${nacks.length} refused; one of them sent again later`;
  },
};

export const frameRate: Check = {
  about: ['§8', '§2.8'],
  title: 'A burst of frames is served, beyond it refused, then closed 4013',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const burst = at.server.limits.framesBurst ?? 60;
    const bystander = await group.enter(bo);
    const { socket } = await group.enter(ada);
    const ask = (id: number) => socket.sayRaw(JSON.stringify({ op: 'history', id, dlgId: group.dlgId, limit: 1 }));
    // Bind and open were two.
    const served = burst - 2;
    for (let id = 1_000; id < 1_000 + served; id++) ask(id);
    const first = await socket.next(`an answer to frame ${burst}`, (frame) =>
      (frame as { id?: number }).id === 999 + served ? frame : undefined,
    );
    mustBe(`frame ${burst} at once:`, first.op, 'page');
    for (let id = 2_000; id < 2_000 + burst + 5; id++) ask(id);
    const refused = await socket.nextOf('refused', () => true, { what: 'rate.limited beyond the burst' });
    mustBe('the refusal', refused.error, 'rate.limited');
    must((refused.retryAfterMs ?? 0) > 0, 'retryAfterMs with it', `${refused.retryAfterMs}`);
    for (let id = 3_000; id < 3_000 + 20 * burst && socket.isOpen; id++) {
      ask(id);
      if (id % 50 === 0) await sleep(5);
    }
    mustBe('the close code of whoever goes on', (await socket.mustClose('it closed')).code, 4013);
    await group.page(bystander.socket, { limit: 1 });
    return `${burst} frames at once served, then refused, then closed`;
  },
};

export const minuteRate: Check = {
  about: ['§8'],
  title: 'A user’s sends of a minute are stored, and then no more',
  isSlow: true,
  async run(at) {
    const most = at.limit('sendsPerUserPerMinute');
    const { ada, group } = await at.pair();
    const { socket } = await group.enter(ada);
    const from = performance.now();
    const seconds = () => (performance.now() - from) / 1000;
    let acked = 0;
    while (seconds() < 45) {
      const answer = await group.offer(socket, group.draft(ada, `${acked}`));
      if (answer.op === 'ack') acked++;
      else {
        mustBe('what is over it is refused as', answer.error, 'rate.limited');
        if (acked >= most) break;
        await sleep((answer.retryAfterMs ?? 0) + 5);
      }
    }
    must(acked >= most, `${most} stored in the first minute`, `${acked} in ${seconds().toFixed(1)} s`);
    const allowed = most + Math.ceil((most / 60) * seconds()) + 1;
    must(acked <= allowed, `at most ${allowed} stored in ${seconds().toFixed(1)} s`, `${acked}`);
    return `${acked} stored in ${seconds().toFixed(1)} s, then refused`;
  },
};

export const groupRate: Check = {
  about: ['§8'],
  title: 'A conversation takes so many sends a second from all together',
  async run(at) {
    const perSecond = at.limit('sendsPerGroupPerSecond') * at.server.nodes;
    const each = 12;
    const people = await at.people(Math.ceil((perSecond * 3) / each));
    const group = await at.group(...people);
    const seats = await Promise.all(people.map((who) => group.enter(who)));
    const from = performance.now();
    const answers = (
      await Promise.all(
        seats.map(async ({ who, socket }) => {
          const drafts = Array.from({ length: each }, (_, n) => group.draft(who, `${n}`));
          for (const draft of drafts) group.say(socket, draft);
          return Promise.all(drafts.map((draft) => group.outcome(socket, draft)));
        }),
      )
    ).flat();
    const seconds = (performance.now() - from) / 1000;
    const acked = answers.filter(({ op }) => op === 'ack').length;
    // A second's worth may pass at once, and one more while it is under way.
    const most = Math.ceil(perSecond * (seconds + 1)) + 1;
    const least = at.limit('sendsPerGroupPerSecond');
    must(acked >= least, `${least} of ${answers.length} stored`, `${acked}`);
    must(acked <= most, `at most ${most} of ${answers.length} stored in ${seconds.toFixed(2)} s`, `${acked}`);
    const refused = answers.find((answer) => answer.op === 'nack' && answer.error !== 'rate.limited');
    must(!refused, 'the rest refused as rate.limited', () => JSON.stringify(refused));
    return `${answers.length} sends of ${people.length} members at once: ${acked} stored in ${seconds.toFixed(2)} s`;
  },
};

export const requestRate: Check = {
  about: ['§8'],
  title: 'HTTP of one token beyond its burst gets 429 and Retry-After',
  async run(at) {
    const burst = at.limit('requestsPerTokenBurst') * at.server.nodes;
    const perSecond = at.limit('requestsPerTokenPerSecond') * at.server.nodes;
    const { ada, group } = await at.pair();
    const path = `/conversations/${group.dlgId}/messages?limit=1`;
    const from = performance.now();
    const answers = await Promise.all(
      Array.from({ length: burst + perSecond + 5 }, () => ada.ask('GET', path, { isOnce: true })),
    );
    const seconds = (performance.now() - from) / 1000;
    const served = answers.filter(({ code }) => code === 0).length;
    const most = burst + Math.ceil(perSecond * seconds) + 1;
    must(served <= most, `at most ${most} served in ${seconds.toFixed(2)} s`, `${served}`);
    for (const { status, code, error, headers } of answers) {
      if (code === 0) continue;
      mustBe('what is over it is refused as', `HTTP ${status} ${error}`, 'HTTP 429 rate.limited');
      must(Number(headers.get('retry-after')) > 0, 'Retry-After with it', `${headers.get('retry-after')}`);
    }
    mustBe('the same after a wait, code', (await ada.ask('GET', path)).code, 0);
    return `${answers.length} requests at once: ${served} served, ${answers.length - served} refused`;
  },
};
