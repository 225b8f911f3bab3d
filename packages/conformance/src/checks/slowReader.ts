import type { Message } from '@trialogue/protocol';

import { must, mustBe, type Check } from '../check.ts';
import { sleep } from '../stage/http.ts';
import { mustRun } from '../stage/message.ts';

const PAGES = 50;
const QUIET_MS = 8_000;

export const slowReader: Check = {
  about: ['I25', 'I24', '§6.1'],
  title: 'Who does not read gets all in order, or is closed with 4008',
  async run(at) {
    const [ada, bo, cy, dee] = await at.people(4);
    if (!ada || !bo || !cy || !dee) throw new Error('four people');
    const group = await at.group(ada, bo, cy, dee);
    const [adas, bos, cys] = [await group.enter(ada), await group.enter(bo), await group.enter(cy)];
    const dees = await group.enter(dee);
    // Big contents, so that a few pages are megabytes: 12 × 11 KiB.
    const big = 'x'.repeat(Math.min(7_900, (at.server.limits.payloadBytes ?? 8_192) - 200));
    for (const seat of [adas, bos]) {
      for (let n = 0; n < 6; n++) await group.send(seat.socket, group.draft(seat.who, big));
    }
    const filled = (await group.page(adas.socket, { limit: 1 })).head;
    await group.heardUpTo(cys, filled);

    cys.socket.pause();
    for (let n = 0; n < PAGES; n++) {
      cys.socket.sayRaw(JSON.stringify({ op: 'history', id: cys.socket.newId(), dlgId: group.dlgId, limit: 200 }));
    }
    let slowestMs = 0;
    let last = filled;
    for (let n = 0; n < 10; n++) {
      const before = performance.now();
      await group.send(dees.socket, group.draft(dee, `while cy does not read ${n}`));
      await group.heardUpTo(bos, ++last);
      slowestMs = Math.max(slowestMs, performance.now() - before);
    }
    await sleep(500);
    cys.socket.resume();
    for (let quietMs = 0, heard = -1; quietMs < QUIET_MS && !cys.socket.end;) {
      if (group.live(cys).at(-1)?.seq === last && cys.socket.all('page').length === PAGES) break;
      quietMs = cys.socket.mark === heard ? quietMs + 50 : 0;
      heard = cys.socket.mark;
      await sleep(50);
    }
    // Repeats and wrong order have a check of their own; here nothing may be left out.
    const live = distinct(group.live(cys));
    mustRun('live messages of the member who did not read', live, cys.opened.head + 1);
    const { end } = cys.socket;
    if (end) {
      mustBe('the close code of a socket that is not read:', end.code, 4008);
      return `${PAGES} pages unread: closed with 4008; nobody else waited more than ${Math.round(slowestMs)} ms`;
    }
    mustBe('an open socket got the live messages up to', live.at(-1), last);
    must(slowestMs < 5_000, 'others served within 5 s', `${Math.round(slowestMs)} ms`);
    return `${PAGES} pages unread for a while, then all read in order; others waited at most ${Math.round(slowestMs)} ms`;
  },
};

const distinct = (messages: readonly Message[]): number[] =>
  [...new Set(messages.map(({ seq }) => seq))].sort((a, b) => a - b);
