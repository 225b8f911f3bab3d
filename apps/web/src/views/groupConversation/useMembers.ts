import type { DlgId, Seq, UserId } from '@trialogue/protocol';
import type { Member } from '@trialogue/protocol/api';
import { computed, ref, shallowRef } from 'vue';

import { getMemberList } from '../../http/api.ts';
import { isCancelled } from '../../http/refusal.ts';
import { onIm } from '../../lib/useIm.ts';

/** Who is in the conversation, and how far each has read. */
export function useMembers(dlgId: DlgId, me: UserId) {
  const members = shallowRef<readonly Member[]>([]);
  const hasFailed = ref(false);

  async function load(): Promise<void> {
    try {
      const { list } = await getMemberList(dlgId);
      members.value = list.map((member) => ahead(member, members.value));
      hasFailed.value = false;
    } catch (error) {
      if (!isCancelled(error)) hasFailed.value = true;
    }
  }

  const change = (userId: UserId, patch: (member: Member) => Partial<Member>) => {
    members.value = members.value.map((member) =>
      member.userId === userId ? { ...member, ...patch(member) } : member,
    );
  };
  onIm('receipt', (receipt) => {
    if (receipt.dlgId === dlgId) change(receipt.userId, (member) => furthest(member, receipt));
  });
  onIm('message', (message) => {
    if (message.dlgId === dlgId && message.payload?.type === 'system') void load();
  });
  onIm('presence', (event) => {
    if (event.dlgId === dlgId) change(event.userId, () => ({ online: event.isOnline }));
  });
  onIm('opened', (event) => {
    if (event.dlgId !== dlgId) return;
    const here = new Set(event.online);
    members.value = members.value.map((member) => ({ ...member, online: here.has(member.userId) }));
    void load();
  });

  void load();
  const others = computed(() => members.value.filter(({ userId }) => userId !== me));
  return {
    members,
    hasFailed,
    load,
    others,
    /** How many others a message has reached. */
    deliveredTo: (seq: Seq | undefined): number =>
      seq === undefined
        ? 0
        : others.value.filter(({ deliveredSeq, readSeq }) => Math.max(deliveredSeq, readSeq) >= seq).length,
    /** How many others have read up to here. */
    readersOf: (seq: Seq | undefined): number =>
      seq === undefined ? 0 : others.value.filter(({ readSeq }) => readSeq >= seq).length,
  };
}

type Marks = Pick<Member, 'readSeq' | 'deliveredSeq'>;

/** A mark never falls: an answer may be older than a receipt that overtook it. */
const furthest = (one: Marks, other: Marks): Marks => ({
  readSeq: Math.max(one.readSeq, other.readSeq),
  deliveredSeq: Math.max(one.deliveredSeq, other.deliveredSeq),
});

function ahead(member: Member, known: readonly Member[]): Member {
  const before = known.find(({ userId }) => userId === member.userId);
  return before ? { ...member, ...furthest(member, before) } : member;
}
