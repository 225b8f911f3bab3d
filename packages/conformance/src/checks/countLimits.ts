import { must, mustBe, type Check } from '../check.ts';
import type { Group } from '../stage/group.ts';
import type { Person } from '../stage/person.ts';
import type { Socket } from '../stage/socket.ts';

export const opensPerSocket: Check = {
  about: ['§8', '§3.3'],
  title: 'opensPerSocket: N−1 and N are opened, N+1 is refused',
  async run(at) {
    const ada = await at.person();
    const most = at.limit('opensPerSocket');
    const groups: Group[] = [];
    while (groups.length <= most) groups.push(...(await Promise.all(Array.from({ length: 6 }, () => at.group(ada)))));
    const socket = await ada.bound();
    for (const group of groups.slice(0, most)) await group.open(socket);
    const id = socket.newId();
    socket.sayRaw(JSON.stringify({ op: 'open', id, dlgId: groups[most]?.dlgId }));
    const answer = await socket.next('an answer', (frame) =>
      (frame as { id?: number }).id === id ? frame : undefined,
    );
    mustBe(`open number ${most + 1}:`, answer.op, 'refused');
    socket.sayRaw(JSON.stringify({ op: 'leave', dlgId: groups[0]?.dlgId }));
    await (groups[most] as Group).open(socket);
    return `${most} opened, one more refused, and opened after one was left`;
  },
};

export const membersPerGroup: Check = {
  about: ['§8'],
  title: 'membersPerGroup: N−1 and N are taken, N+1 is refused',
  isSlow: true,
  async run(at) {
    const most = at.limit('membersPerGroup');
    const userIds = Array.from({ length: most + 1 }, () => at.newUserId());
    const work = userIds.values();
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (const userId of work) await at.platform.putUser(userId);
      }),
    );
    const { groupId } = await at.platform.createGroup(userIds.slice(0, most - 1));
    await at.platform.addMember(groupId, userIds[most - 1] as string);
    const answer = await at.platform.ask('POST', `/groups/${groupId}/members`, {
      members: [{ userId: userIds[most] }],
    });
    mustBe(`member ${most + 1}:`, answer.error, 'member.too_many');
    return `${most - 1} members, one more, and one too many`;
  },
};

export const unboundPerAddress: Check = {
  about: ['§8'],
  title: 'unboundPerAddress: N−1 and N are let in, N+1 gets 429',
  when: 'alone',
  async run(at) {
    const most = at.server.limits.unboundPerAddress ?? 20;
    const onAll = most * at.server.nodes;
    for (let n = 1; n <= onAll + 1; n++) {
      const status = await at.dial().then(
        () => 101,
        (error: { status?: number }) => error.status ?? 0,
      );
      // Which node a socket came to is not to be seen: with one node there is only one N.
      if (status === 101 && n <= onAll) continue;
      mustBe(`the upgrade of socket ${n} that has not bound: HTTP`, status, 429);
      must(n > most, `${most} let in`, `${n - 1}`);
      return `${n - 1} sockets that say nothing, and one more`;
    }
    throw new Error('the last one is always judged');
  },
};

export const socketsPerUser: Check = {
  about: ['§8'],
  title: 'socketsPerUser: N stay, with N+1 the oldest gives way',
  async run(at) {
    const most = at.limit('socketsPerUser');
    const ada: Person = await at.person();
    const sockets: Socket[] = [];
    const open = () => sockets.filter(({ isOpen }) => isOpen);
    for (let n = 1; n <= most; n++) sockets.push(await ada.bound());
    must(open().length === most, `${most} sockets open`, () => `${open().length}`);
    if (at.server.nodes === 1) {
      sockets.push(await ada.bound());
      await (sockets[0] as Socket).mustClose('the oldest socket closed');
      must(open().length === most, 'all the others open', () => `${open().length} open`);
      return `${most} sockets of one user, and one more`;
    }
    const onAll = most * at.server.nodes;
    while (sockets.length <= onAll) sockets.push(await ada.bound());
    await Promise.any(sockets.map((socket) => socket.mustClose('one of the sockets closed')));
    must(open().length <= onAll, `at most ${onAll} sockets open`, () => `${open().length}`);
    return `${sockets.length} sockets of one user on ${at.server.nodes} nodes, ${open().length} stayed`;
  },
};

export const fileSize: Check = {
  about: ['§8'],
  title: 'fileBytes: N−1 and N are kept, N+1 is too large',
  isSlow: true,
  async run(at) {
    const { ada, group } = await at.pair();
    const most = at.limit('fileBytes');
    const upload = async (bytes: number) => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(bytes)]), 'big.bin');
      return ada.ask<{ size: number }>('POST', `/conversations/${group.dlgId}/files`, { body: form });
    };
    for (const bytes of [most - 1, most])
      mustBe(`the size of a file of ${bytes} bytes`, (await upload(bytes)).data?.size, bytes);
    mustBe(`a file of ${most + 1} bytes:`, (await upload(most + 1)).error, 'file.too_large');
    return `files of ${most - 1}, ${most} and ${most + 1} bytes`;
  },
};
