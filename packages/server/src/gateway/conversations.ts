import type { ClientFrameOf, DlgId } from '@trialogue/protocol';

import type { Answer, Effect } from './events.ts';
import { advance, answeredNow, entered, entering, hold, type Follow, type Live, type Moved } from './follow.ts';
import { without } from './quiet.ts';
import { no, refuse, transmit, type Bound, type Next, type Session } from './state.ts';

type Step = Next<Bound>;

/**
 * `open` was asked. Asked again it is answered again, by a look at the conversation that began after the question: what is
 * under way may be older than a key that the client has just seen a message under.
 */
export function open(session: Bound, { id, dlgId }: ClientFrameOf<'open'>): Step {
  const it = session.follows.get(dlgId);
  const { opensPerSocket } = session.limits;
  if (!it && session.follows.size >= opensPerSocket) {
    const says = `At most ${opensPerSocket} conversations may be open on one socket. Leave one first.`;
    return [session, refuse(id, no('request.malformed', says))];
  }
  if (!it) return begin(session, dlgId, [id]);
  const next = withFollow(session, dlgId, { ...it, ids: [...it.ids, id] });
  return it.due > 0 ? [next] : look(next, dlgId);
}

function begin(session: Bound, dlgId: DlgId, ids: readonly number[]): Step {
  const [next, ...effects] = look(withFollow(session, dlgId, entering(ids)), dlgId);
  return [next, { type: 'follow', dlgId }, ...effects];
}

/** One at a time, for all who have asked until now. */
function look(session: Bound, dlgId: DlgId): Step {
  const it = session.follows.get(dlgId);
  if (!it || it.ids.length === 0) return [session];
  const call = session.calls + 1;
  const next = withFollow({ ...session, calls: call }, dlgId, { ...it, call, due: it.ids.length });
  return [next, { type: 'enter', call, dlgId }];
}

export function leave(session: Bound, dlgId: DlgId): Step {
  return session.follows.has(dlgId) ? [withoutFollow(session, dlgId), { type: 'unfollow', dlgId }] : [session];
}

export function enter(session: Bound, answer: Answer & { type: 'entered' }, now: number): Step {
  const { dlgId, call, readSeq, dlgKey, minSeq, logEpoch } = answer;
  const it = session.follows.get(dlgId);
  if (it?.call !== call) return [session];

  // Who asks again is told where the flow stands, which may be further than the answer of the database.
  const head = it.name === 'entering' ? answer.head : it.cursor;
  const move = entered(it, head, now);
  const [next, ...effects] = moved(
    session,
    dlgId,
    session.isLagging ? { ...move, follow: hold(move.follow, 0) } : move,
  );
  const newerKey = it.name === 'entering' && it.key && it.key.dlgKey !== dlgKey ? [transmit(it.key)] : [];
  const online = [...answer.online];
  const opened = it.ids.slice(0, it.due).map((id) => {
    return transmit({ op: 'opened', id, dlgId, head, readSeq, dlgKey, minSeq, logEpoch, online });
  });
  const [again, ...looks] = look(next, dlgId);
  return [again, ...opened, ...newerKey, ...effects, ...looks];
}

export function turnAway(session: Bound, answer: Answer & { type: 'notEntered' }): Step {
  const { dlgId, call, refusal } = answer;
  const it = session.follows.get(dlgId);
  if (it?.call !== call) return [session];

  const refused = it.ids.slice(0, it.due).map((id) => refuse(id, answer));
  const rest = answeredNow(it);
  if (it.name !== 'entering' && refusal !== 'conversation.not_member') {
    const [next, ...looks] = look(withFollow(session, dlgId, rest), dlgId);
    return [next, ...refused, ...looks];
  }
  const away = withoutFollow(session, dlgId);
  const [next, ...begins] = rest.ids.length > 0 ? begin(away, dlgId, rest.ids) : [away];
  return [next, { type: 'unfollow', dlgId }, ...refused, ...begins];
}

/** The user is no longer a member: nothing more of it goes out, whatever is still on its way to us (I20). */
export function remove(session: Bound, dlgId: DlgId): Step {
  if (!mayHearOf(session, dlgId)) return [session];
  const left = transmit({ op: 'left', dlgId });
  const it = session.follows.get(dlgId);
  if (!it) return [{ ...session, heads: without(session.heads, dlgId) }, left];
  const refused = it.ids.map((id) => refuse(id, no('conversation.not_member')));
  return [withoutFollow(session, dlgId), { type: 'unfollow', dlgId }, ...refused, left];
}

/**
 * Whether this message goes out as it is, with nothing to decide and nothing to say to anybody: what happens to nearly all of
 * them, and needs no step. Only the cursor has moved then.
 */
export function passes(session: Session, message: Live): boolean {
  if (session.name !== 'bound' || session.isLagging) return false;
  const it = session.follows.get(message.dlgId);
  return it !== undefined && advance(it, message);
}

/** Moves one followed conversation on; nothing happens when it is not followed. */
export function follow(session: Bound, dlgId: DlgId, move: (it: Follow) => Moved): Step {
  const it = session.follows.get(dlgId);
  return it ? moved(session, dlgId, move(it)) : [session];
}

/** A session that came from a link hears of its one conversation only. */
export const mayHearOf = ({ who }: Bound, dlgId: DlgId): boolean => who.onlyDlg === undefined || who.onlyDlg === dlgId;

export function withFollow(session: Bound, dlgId: DlgId, it: Follow): Bound {
  return { ...session, follows: new Map(session.follows).set(dlgId, it) };
}

function withoutFollow(session: Bound, dlgId: DlgId): Bound {
  const follows = new Map(session.follows);
  follows.delete(dlgId);
  const { heads, typing } = session;
  return { ...session, follows, heads: without(heads, dlgId), typing: without(typing, dlgId) };
}

function moved(session: Bound, dlgId: DlgId, { follow: it, forward, readAfter }: Moved): Step {
  const effects: Effect[] = forward.map(transmit);
  if (readAfter !== undefined) effects.push({ type: 'readAfter', dlgId, after: readAfter });
  return [it === session.follows.get(dlgId) ? session : withFollow(session, dlgId, it), ...effects];
}
