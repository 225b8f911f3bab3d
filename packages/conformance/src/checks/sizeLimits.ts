import { must, mustBe, type Check } from '../check.ts';
import type { Draft, Group } from '../stage/group.ts';
import type { Person } from '../stage/person.ts';

export const contentSize: Check = {
  about: ['§8'],
  title: 'contentBytes: N−1 and N are stored, N+1 is too large',
  async run(at) {
    const { ada, group } = await at.pair();
    const { socket } = await group.enter(ada);
    const most = at.limit('contentBytes');
    for (const length of [most - 1, most]) {
      const draft = ofLength(group, ada, length);
      await group.send(socket, draft);
      await group.post(ada, ofLength(group, ada, length));
    }
    const over = ofLength(group, ada, most + 1);
    const answer = await group.offer(socket, over);
    mustBe(`a send of ${most + 1}:`, answer.op === 'nack' ? answer.error : 'ack', 'message.too_large');
    const overHttp = await group.offerByHttp(ada, over);
    mustBe(`sendMsg of ${most + 1}:`, overHttp.error, 'message.too_large');
    mustBe('its HTTP status', overHttp.status, 413);
    return `envelopes of ${most - 1}, ${most} and ${most + 1} characters, socket and HTTP`;
  },
};

/** An envelope of this length; the server reads its clear header only, so the rest may be anything. */
function ofLength(group: Group, who: Person, length: number): Draft {
  const draft = group.draft(who, '');
  return { ...draft, content: draft.content.padEnd(length, 'A') };
}

export const frameSize: Check = {
  about: ['§8', '§2.4'],
  title: 'frameBytes: N−1 and N are read, N+1 closes with 1009',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const most = at.server.limits.frameBytes ?? 65_536;
    const bystander = await group.enter(bo);
    const { socket } = await group.enter(ada);
    const padded = (id: number, bytes: number) => {
      const bare = JSON.stringify({ op: 'history', id, dlgId: group.dlgId, pad: '' });
      return bare.replace('"pad":""', `"pad":"${'x'.repeat(bytes - bare.length)}"`);
    };
    const { maxFrame } = await socket.nextOf('hello');
    mustBe('maxFrame in hello, as the limit is reported:', maxFrame, most);
    for (const bytes of [most - 1, most]) {
      const id = socket.newId();
      socket.sayRaw(padded(id, bytes));
      await socket.next(`a page, for a frame of ${bytes} bytes`, (frame) =>
        frame.op === 'page' && frame.id === id ? frame : undefined,
      );
    }
    socket.sayRaw(padded(socket.newId(), most + 1));
    mustBe('the close code', (await socket.mustClose(`a frame of ${most + 1} bytes: closed`)).code, 1009);
    must(bystander.socket.isOpen, 'another socket open', `closed with ${bystander.socket.end?.code}`);
    return `frames of ${most - 1}, ${most} and ${most + 1} bytes`;
  },
};

export const pageSize: Check = {
  about: ['§8'],
  title: 'pageMost: N−1 and N are served, N+1 is refused',
  async run(at) {
    const { ada, group } = await at.pair();
    const most = at.limit('pageMost');
    const { socket } = await group.enter(ada);
    for (const limit of [1, most - 1, most]) {
      await group.page(socket, { limit });
      await ada.page(group.dlgId, { limit });
    }
    const { error } = await ada.ask('GET', `/conversations/${group.dlgId}/messages?limit=${most + 1}`);
    mustBe(`limit=${most + 1} over HTTP:`, error, 'request.malformed');
    socket.sayRaw(JSON.stringify({ op: 'history', id: socket.newId(), dlgId: group.dlgId, limit: most + 1 }));
    mustBe('the close code', (await socket.mustClose(`a limit of ${most + 1}: closed`)).code, 4501);
    return `limits 1, ${most - 1}, ${most} and ${most + 1}`;
  },
};
