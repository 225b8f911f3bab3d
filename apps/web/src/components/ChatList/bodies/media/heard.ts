import type { DlgId, Seq, UserId } from '@trialogue/protocol';
import { shallowRef, type ShallowRef } from 'vue';

import { browserKeep } from '../../../../utils/storage.ts';

/** So many are remembered of one conversation; what was said longer ago counts as heard. */
const MOST = 300;

/** Which voice messages were played on this device: the highest that was forgotten, and those after it. */
export interface Heard {
  upTo: Seq;
  seqs: readonly Seq[];
}

export const isHeard = ({ upTo, seqs }: Heard, seq: Seq): boolean => seq <= upTo || seqs.includes(seq);

export function withHeard(heard: Heard, seq: Seq): Heard {
  if (isHeard(heard, seq)) return heard;
  const seqs = [...heard.seqs, seq].sort((one, other) => one - other);
  const gone = seqs.slice(0, -MOST);
  return { upTo: gone.at(-1) ?? heard.upTo, seqs: seqs.slice(-MOST) };
}

/** Total: what somebody else wrote there counts as nothing. */
export function readHeard(kept: string | null): Heard {
  try {
    const { upTo, seqs } = JSON.parse(kept ?? '') as { upTo?: unknown; seqs?: unknown };
    if (typeof upTo === 'number' && Array.isArray(seqs)) {
      return { upTo, seqs: seqs.filter((seq): seq is Seq => typeof seq === 'number').slice(-MOST) };
    }
  } catch {
    // Nothing was kept yet.
  }
  return { upTo: 0, seqs: [] };
}

const known = new Map<string, ShallowRef<Heard>>();

function keptOf(me: UserId, dlgId: DlgId): { name: string; heard: ShallowRef<Heard> } {
  const name = `heard:${me}:${dlgId}`;
  const heard = known.get(name) ?? shallowRef(readHeard(browserKeep.get(name)));
  known.set(name, heard);
  return { name, heard };
}

/** Reactive. */
export const heardIn = (me: UserId, dlgId: DlgId): Heard => keptOf(me, dlgId).heard.value;

export function markHeard(me: UserId, dlgId: DlgId, seq: Seq): void {
  const { name, heard } = keptOf(me, dlgId);
  heard.value = withHeard(heard.value, seq);
  browserKeep.set(name, JSON.stringify(heard.value));
}
