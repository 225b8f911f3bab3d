import { ANY_CONTENT, type HistoryEvent, type Row } from '../history/event.ts';
import { Found, type Anomaly } from './anomaly.ts';
import { bits, whole, wide } from './column.ts';

export interface Verdict {
  events: number;
  sent: number;
  acked: number;
  refused: number;
  unknown: number;
  received: number;
  anomalies: Anomaly[];
}

const SENT = 1;
const ACKED = 2;
const REFUSED = 4;
/** Somebody was given it, live or in a page. */
const SEEN = 8;
/** It is in the reading after everything. */
const FINAL = 16;
const UNKNOWN = 32;
/** It was sent to the log that this one is a copy of. */
const INHERITED = 64;
/** Sent over a socket that a newer one has replaced, and not stored by then. */
const FENCED = 128;

interface Conversation {
  name: string;
  index: number;
  /** The message at a seq, plus one; 0 where none was heard of. */
  owners: ReturnType<typeof whole>;
  /** The highest seq that anybody acknowledged, received, read or was told of, and the line that says so. */
  top: number;
  topLine: number;
  /** The highest head that anybody was told of, and the line. */
  head: number;
  headLine: number;
  /** The highest that was acknowledged, and the line. */
  acked: number;
  ackedLine: number;
  /** From where on anybody read, and the highest seq of a message that anybody was given. */
  polledFrom: number;
  polled: number;
  finalHead: number;
  finalLine: number;
  isRead: boolean;
}

/** One client's live stream of one conversation. */
interface Stream {
  start: number;
  cursor: number;
  line: number;
  /** The wall clock of the server, as its messages told it. */
  time: number;
  skipped: Set<number> | undefined;
}

/**
 * Judges a history against the delivery contract, in one pass, with numbers instead of objects for what there is a
 * million of. An acknowledged message is looked for in the final reading; where there is none, below the highest seq
 * that anybody was given.
 *
 * @see https://github.com/jepsen-io/redpanda, whose names of anomalies these are
 */
export class Checker {
  readonly #found = new Found();
  readonly #conversations = new Map<string, Conversation>();
  /** Of one sender in one conversation: the message under each of his ids. */
  readonly #lanes = new Map<string, Map<string, number>>();
  readonly #streams = new Map<string, Stream>();
  readonly #sessions = new Map<string, number>();
  readonly #marks = new Map<string, { delivered: number; read: number; line: number }>();
  readonly #ends: { proc: string; dlg: string; head: number; line: number }[] = [];

  #messages = 0;
  readonly #flags = bits();
  readonly #seqs = whole();
  readonly #mids = wide();
  readonly #hashes = wide();
  /** In which conversation, and by which running client it was first sent. */
  readonly #places: Conversation[] = [];
  readonly #placeOf = whole();
  readonly #sessionOf = whole();
  /** The highest seq that was acknowledged in its conversation before it was first sent. */
  readonly #floors = whole();
  readonly #floorLines = whole();
  readonly #sentLines = whole();
  /** Where its seq was first heard of. */
  readonly #placedLines = whole();
  readonly #refusedLines = whole();
  readonly #fencedLines = whole();

  #line = 0;
  #time = -Infinity;
  readonly #count = { sent: 0, acked: 0, refused: 0, unknown: 0, received: 0 };

  /**
   * Takes in the next line.
   * @throws {Error} when it is older than the one before: then nothing could be said about what came first.
   */
  take(event: HistoryEvent): void {
    this.#line++;
    if (event.t_mono < this.#time) {
      throw new Error(
        `line ${this.#line} is older (${event.t_mono}) than the line before it (${this.#time}): sort the history by t_mono first`,
      );
    }
    this.#time = event.t_mono;
    switch (event.f) {
      case 'send':
        return this.#sent(event);
      case 'ack': {
        const message = this.#find(event.dlg, event.from, event.cid);
        if (!this.#wasSent(message, event))
          this.#found.add('phantom', `acknowledged, but never sent: ${named(event)}`, [this.#line]);
        if (!this.#is(message, ACKED)) this.#count.acked++;
        this.#flag(message, ACKED);
        const place = this.#place(event.dlg);
        this.#settle(place, message, event, ANY_CONTENT);
        if (event.seq > place.acked) [place.acked, place.ackedLine] = [event.seq, this.#line];
        return;
      }
      case 'nack':
        if (event.final) {
          const message = this.#find(event.dlg, event.from, event.cid);
          this.#flag(message, REFUSED);
          this.#refusedLines.put(message, this.#line);
          this.#count.refused++;
        }
        return;
      case 'info': {
        const message = this.#find(event.dlg, event.from, event.cid);
        if (!this.#is(message, UNKNOWN)) this.#count.unknown++;
        return this.#flag(message, UNKNOWN);
      }
      case 'fenced': {
        const message = this.#find(event.dlg, event.from, event.cid);
        this.#fencedLines.put(message, this.#line);
        return this.#flag(message, FENCED);
      }
      case 'recv':
        this.#count.received++;
        this.#seen(this.#place(event.dlg), event, false);
        return this.#follow(event);
      case 'sync':
        this.#told(this.#place(event.dlg), event.head);
        if (event.end) this.#ends.push({ proc: event.proc, dlg: event.dlg, head: event.head, line: this.#line });
        else {
          this.#readsFrom(event.dlg, event.head + 1);
          const start = { start: event.head, cursor: event.head, line: this.#line, time: 0, skipped: undefined };
          this.#streams.set(`${event.proc}\0${event.dlg}`, start);
        }
        return;
      case 'hist':
        return this.#page(event);
      case 'read':
        return this.#mark(event);
      // For whoever reads the witness; nothing is promised of them alone.
      case 'conn':
      case 'close':
      case 'member':
      case 'key':
      case 'fault':
        return;
    }
  }

  /** Says what was found, once everything was taken in. */
  finish(): Verdict {
    const lastOfSession = whole();
    for (let message = 0; message < this.#messages; message++) {
      const place = this.#places[this.#placeOf.at(message)];
      if (place) this.#judge(message, place, lastOfSession);
    }
    for (const place of this.#conversations.values()) if (place.isRead) this.#findHoles(place);
    for (const { proc, dlg, head, line } of this.#ends) {
      const place = this.#place(dlg);
      const end = Math.max(place.finalHead, place.top);
      if (head < end) {
        this.#found.add('stuck-tail', `${proc} ended at seq ${head} of ${dlg}, which goes to ${end}`, [
          line,
          place.topLine,
        ]);
      }
    }
    return { events: this.#line, ...this.#count, anomalies: this.#found.list() };
  }

  #sent({ proc, dlg, from, cid, h }: Extract<HistoryEvent, { f: 'send' }>): void {
    const message = this.#find(dlg, from, cid);
    if (this.#is(message, SENT | INHERITED)) return;
    if (this.#is(message, SEEN)) {
      this.#found.add('phantom', `received before it was sent: ${cid} of ${from} in ${dlg}`, [
        this.#placedLines.at(message),
        this.#line,
      ]);
    }
    this.#count.sent++;
    this.#flag(message, SENT);
    this.#hashes.put(message, hashOf(h));
    this.#sentLines.put(message, this.#line);
    const place = this.#place(dlg);
    this.#floors.put(message, place.acked);
    this.#floorLines.put(message, place.ackedLine);
    this.#sessionOf.put(message, numberIn(this.#sessions, `${proc}\0${dlg}`));
  }

  /** A message was given to somebody. */
  #seen(place: Conversation, { seq, mid, from, cid, h }: Sighting, isFinal: boolean): void {
    const message = this.#find(place.name, from, cid);
    if (!from.startsWith('$') && !this.#wasSent(message, { dlg: place.name, from, cid })) {
      this.#found.add('phantom', `received, but never sent: ${cid} of ${from} in ${place.name}`, [this.#line]);
    }
    this.#flag(message, isFinal ? SEEN | FINAL : SEEN);
    if (seq > place.polled) place.polled = seq;
    this.#settle(place, message, { seq, mid }, h);
  }

  #readsFrom(dlg: string, seq: number): void {
    const place = this.#place(dlg);
    if (seq < place.polledFrom) place.polledFrom = seq;
  }

  /** To this log, or to one that this log is a restored copy of. */
  #wasSent(message: number, { dlg, from, cid }: { dlg: string; from: string; cid: string }): boolean {
    if (this.#is(message, SENT | INHERITED)) return true;
    const conversation = conversationOf(dlg);
    for (const { name } of this.#places) {
      if (name === dlg || conversationOf(name) !== conversation) continue;
      const sent = this.#lanes.get(`${name}\0${from}`)?.get(cid);
      if (sent === undefined || !this.#is(sent, SENT)) continue;
      this.#flag(message, INHERITED);
      this.#hashes.put(message, this.#hashes.at(sent));
      return true;
    }
    return false;
  }

  /** Holds what is said of a message against all that was said before. */
  #settle(place: Conversation, message: number, { seq, mid }: { seq: number; mid: string }, h: string): void {
    this.#raise(place, seq);
    const known = this.#seqs.at(message);
    const lines = [this.#placedLines.at(message), this.#line];
    if (known === 0) {
      this.#seqs.put(message, seq);
      this.#mids.put(message, wideHash(mid));
      this.#placedLines.put(message, this.#line);
    } else if (known !== seq || this.#mids.at(message) !== wideHash(mid)) {
      this.#found.add(
        'duplicate',
        `one message of ${place.name} is at seq ${known} and at ${seq}, or has two msgIds`,
        lines,
      );
    }

    const owner = place.owners.at(seq) - 1;
    if (owner === -1) place.owners.put(seq, message + 1);
    else if (owner !== message) {
      const both = [this.#placedLines.at(owner), this.#line];
      this.#found.add('inconsistent-offset', `two messages are at seq ${seq} of ${place.name}`, both);
    }

    if (h === ANY_CONTENT) return;
    const hash = hashOf(h);
    if (this.#hashes.at(message) === 0) this.#hashes.put(message, hash);
    else if (this.#hashes.at(message) !== hash) {
      const from = this.#sentLines.at(message) || this.#placedLines.at(message);
      this.#found.add('phantom', `seq ${seq} of ${place.name} has other content than was sent`, [from, this.#line]);
    }
  }

  /** The live stream of a client goes on. */
  #follow({ proc, dlg, seq, ts = 0 }: Extract<HistoryEvent, { f: 'recv' }>): void {
    const key = `${proc}\0${dlg}`;
    let stream = this.#streams.get(key);
    if (!stream) {
      this.#readsFrom(dlg, 1);
      stream = { start: seq - 1, cursor: seq - 1, line: this.#line, time: 0, skipped: undefined };
      this.#streams.set(key, stream);
    }
    const lines = [stream.line, this.#line];
    if (seq === stream.cursor + 1) stream.cursor = seq;
    else if (seq > stream.cursor) {
      this.#found.add('poll-skip', `${proc} was given seq ${seq} of ${dlg} right after ${stream.cursor}`, lines);
      stream.skipped ??= new Set();
      for (let each = stream.cursor + 1; each < seq; each++) stream.skipped.add(each);
      stream.cursor = seq;
    } else if (seq <= stream.start || stream.skipped?.delete(seq)) {
      this.#found.add('nonmonotonic-poll', `${proc} was given seq ${seq} of ${dlg} after ${stream.cursor}`, lines);
    } else this.#found.add('duplicate-delivery', `${proc} was given seq ${seq} of ${dlg} twice`, lines);
    if (ts > 0 && ts < stream.time && seq === stream.cursor) {
      this.#found.add('time-fell', `seq ${seq} of ${dlg} is older than the one before it`, lines);
    }
    stream.time = Math.max(stream.time, ts);
    stream.line = this.#line;
  }

  #page({ proc, dlg, after, head, more, list, final }: Extract<HistoryEvent, { f: 'hist' }>): void {
    const place = this.#place(dlg);
    this.#told(place, head);
    if (after !== undefined) this.#readsFrom(dlg, after + 1);
    let last = after;
    for (const [seq, mid, from, cid, h] of list) {
      if (last !== undefined && seq !== last + 1) {
        const name = seq > last ? 'poll-skip' : 'nonmonotonic-poll';
        this.#found.add(name, `a page of ${dlg} that ${proc} read goes from ${last} to ${seq}`, [this.#line]);
      }
      last = seq;
      this.#seen(place, { seq, mid, from, cid, h }, final === true);
    }
    if (after !== undefined && more !== (last ?? after) < head) {
      const says = `a page of ${dlg} ends at ${last} of ${head} and says that there is ${more ? 'more' : 'no more'}`;
      this.#found.add('wrong-page', says, [this.#line]);
    }
    if (final) {
      place.isRead = true;
      place.finalLine = this.#line;
      place.finalHead = Math.max(place.finalHead, head);
    }
  }

  #mark({ proc, dlg, user, delivered, read }: Extract<HistoryEvent, { f: 'read' }>): void {
    const key = `${proc}\0${dlg}\0${user}`;
    const known = this.#marks.get(key);
    if (known && (delivered < known.delivered || read < known.read)) {
      this.#found.add('receipt-fell', `${proc} was told that ${user} fell back in ${dlg}`, [known.line, this.#line]);
    }
    this.#marks.set(key, { delivered, read, line: this.#line });
  }

  #judge(message: number, place: Conversation, lastOfSession: ReturnType<typeof whole>): void {
    const flags = this.#flags.at(message);
    const seq = this.#seqs.at(message);
    const lines = [this.#sentLines.at(message), this.#placedLines.at(message)];
    // A log that an older copy has replaced is never read to its end, nor always from its beginning.
    const wasRead = seq >= place.polledFrom && seq <= place.polled;
    const isMissed = place.isRead ? !(flags & FINAL) : wasRead && !(flags & SEEN);
    if (isMissed && flags & (ACKED | SEEN)) {
      const how = flags & ACKED ? 'acknowledged' : 'received';
      const where = place.isRead
        ? `the final reading of ${place.name}, which goes to ${place.finalHead}`
        : `what was read of ${place.name}`;
      this.#found.add('lost-write', `seq ${seq} was ${how} and is not in ${where}`, [...lines, place.finalLine]);
    }
    if (flags & REFUSED && flags & SEEN) {
      const both = [this.#refusedLines.at(message), this.#placedLines.at(message)];
      this.#found.add('aborted-read', `seq ${seq} of ${place.name} was refused for good and is there`, both);
    }
    if (flags & FENCED && flags & (SEEN | ACKED)) {
      const both = [this.#fencedLines.at(message), this.#placedLines.at(message)];
      this.#found.add('late-write', `seq ${seq} of ${place.name} came over a socket that was replaced before`, both);
    }
    if (seq === 0 || !(flags & SENT)) return;
    if (seq <= this.#floors.at(message)) {
      const says = `seq ${seq} of ${place.name} was sent after seq ${this.#floors.at(message)} had been acknowledged`;
      this.#found.add('realtime', says, [...lines, this.#floorLines.at(message)]);
    }
    // Messages are numbered as they were first sent.
    const session = this.#sessionOf.at(message);
    const before = lastOfSession.at(session) - 1;
    if (before >= 0 && this.#seqs.at(before) > seq) {
      const says = `one client sent seq ${this.#seqs.at(before)} of ${place.name} before it sent seq ${seq}`;
      this.#found.add('nonmonotonic-send', says, [...lines, this.#sentLines.at(before), this.#placedLines.at(before)]);
    }
    if (before < 0 || this.#seqs.at(before) < seq) lastOfSession.put(session, message + 1);
  }

  /** A log is exactly 1 … head. What was lost above is not called a hole as well. */
  #findHoles(place: Conversation): void {
    for (let seq = 1; seq <= place.finalHead; seq++) {
      if (place.owners.at(seq) === 0) {
        this.#found.add('hole', `nothing is at seq ${seq} of ${place.name}, which goes to ${place.finalHead}`, [
          place.finalLine,
        ]);
      }
    }
    if (place.finalHead < place.head) {
      const says = `the head of ${place.name} was ${place.head} and fell to ${place.finalHead}`;
      this.#found.add('hole', says, [place.headLine, place.finalLine]);
    }
  }

  #told(place: Conversation, head: number): void {
    this.#raise(place, head);
    if (head > place.head) [place.head, place.headLine] = [head, this.#line];
  }

  #raise(place: Conversation, seq: number): void {
    if (seq > place.top) [place.top, place.topLine] = [seq, this.#line];
  }

  #place(name: string): Conversation {
    const known = this.#conversations.get(name);
    if (known) return known;
    const place: Conversation = {
      name,
      index: this.#places.length,
      owners: whole(),
      top: 0,
      topLine: 0,
      head: 0,
      headLine: 0,
      acked: 0,
      ackedLine: 0,
      polledFrom: Infinity,
      polled: 0,
      finalHead: 0,
      finalLine: 0,
      isRead: false,
    };
    this.#conversations.set(name, place);
    this.#places.push(place);
    return place;
  }

  #find(dlg: string, from: string, cid: string): number {
    const key = `${dlg}\0${from}`;
    let lane = this.#lanes.get(key);
    if (!lane) this.#lanes.set(key, (lane = new Map()));
    const known = lane.get(cid);
    if (known !== undefined) return known;
    const message = this.#messages++;
    lane.set(cid, message);
    this.#placeOf.put(message, this.#place(dlg).index);
    return message;
  }

  #is(message: number, flag: number): boolean {
    return (this.#flags.at(message) & flag) !== 0;
  }

  #flag(message: number, flag: number): void {
    this.#flags.put(message, this.#flags.at(message) | flag);
  }
}

interface Sighting {
  seq: Row[0];
  mid: Row[1];
  from: Row[2];
  cid: Row[3];
  h: Row[4];
}

const named = ({ dlg, from, cid }: { dlg: string; from: string; cid: string }) => `${cid} of ${from} in ${dlg}`;

const conversationOf = (log: string): string => log.split('@', 1)[0] ?? log;

function numberIn(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, numbers.size);
  return numbers.size - 1;
}

/** Never 0, which stands for none. */
const hashOf = (h: string): number => parseInt(h, 16) + 1;

/** 53 bits of a text: FNV-1a, twice. */
function wideHash(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01234567;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b);
  }
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}
