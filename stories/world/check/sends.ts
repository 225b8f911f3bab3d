import { SYSTEM, type DlgId, type Message, type Seq, type UserId } from '@trialogue/protocol';

import { Broken } from './broken.ts';
import { nameOf, type Ledger } from './ledger.ts';

interface Name {
  dlgId: DlgId;
  fromuid: UserId;
  clientMsgId: string;
}

/** What a server says about a stored message. */
interface Answer {
  seq: Seq;
  msgId: string;
  sentAt: number;
}

interface Sent extends Name {
  /** At which screen it was typed: only what is typed at one is stored in that order. */
  by: string;
  text: string;
  /** Place among the sends of this person. */
  order: number;
  /** The envelopes that went out: one, and one more for each newer key. */
  sealed: Set<string>;
  /** The highest seq that anybody had an answer about when this was sent. */
  floor: Seq;
  /** Given up without an answer, or sent once more by the person: its place in the order is not promised. */
  isLoose: boolean;
  /** The network, which is worse than TCP here, made two of it: one may be refused and the other stored. */
  isDoubled: boolean;
  unsettled: number;
  /** The name of what was said. */
  refused?: string;
  answer?: Answer;
}

/** What people typed, and what became of it: I1, I2, I7, I10, I11, I13, I27. */
export class Sends {
  readonly #sent = new Map<string, Sent>();
  readonly #answeredUpTo = new Map<DlgId, Seq>();
  /** Of each conversation and screen: the last one stored whose place in the order is promised. */
  readonly #lastInOrder = new Map<string, Sent>();
  #count = 0;
  /** How many were answered with an ack. */
  acked = 0;

  /** Somebody pressed "send", perhaps once more on the same message. */
  typed({ by, ...name }: Name & { by?: string }, text: string): void {
    const again = this.#sent.get(keyOf(name));
    if (again) {
      again.unsettled++;
      again.isLoose = true;
      return;
    }
    this.#sent.set(keyOf(name), {
      ...name,
      by: by ?? name.fromuid,
      text,
      order: this.#count++,
      sealed: new Set(),
      floor: this.#answeredUpTo.get(name.dlgId) ?? 0,
      isLoose: false,
      isDoubled: false,
      unsettled: 1,
    });
  }

  /** These bytes went out for it. */
  went(name: Name, content: string, isDoubled = false): void {
    const sent = this.#of(name);
    sent.sealed.add(content);
    sent.isDoubled ||= isDoubled;
  }

  /** The log has these now. */
  stored(dlgId: DlgId, messages: readonly Message[]): void {
    for (const message of messages) if (message.fromuid !== SYSTEM) this.#stored(dlgId, message);
  }

  /** The server says that it is stored. Held against the log at this very moment: an answer means "on disk". */
  answered(name: Name, answer: Answer, ledger: Ledger): void {
    const row = ledger.find(name.dlgId, name.fromuid, name.clientMsgId);
    if (!row) throw new Broken('I1', `${keyOf(name)} was acknowledged and is not in the log`, answer);
    if (row.seq !== answer.seq || row.msgId !== answer.msgId || row.sentAt !== answer.sentAt) {
      throw new Broken('I7', `${keyOf(name)} was acknowledged as another message than is in the log`, [answer, row]);
    }
  }

  /** The promise of a send was kept. */
  accepted(name: Name, answer: Answer): void {
    const sent = this.#settle(name);
    sent.answer = answer;
    this.acked++;
    this.#answeredUpTo.set(name.dlgId, Math.max(answer.seq, this.#answeredUpTo.get(name.dlgId) ?? 0));
  }

  /** The server said: certainly not stored. */
  refused(name: Name, refusal: string, ledger: Ledger): void {
    const sent = this.#settle(name);
    // Of a message sent more than once, only one try was refused.
    if (sent.isLoose || sent.isDoubled) return;
    sent.refused = refusal;
    const row = ledger.find(name.dlgId, name.fromuid, name.clientMsgId);
    if (row) throw new Broken('I2', `${keyOf(name)} was refused (${refusal}) and is in the log`, row);
  }

  /** It may be stored or not. */
  gaveUp(name: Name): void {
    this.#settle(name).isLoose = true;
  }

  /** Its page is gone: nobody waits any more, and another page may send it. `isSettled`: its page had given it up. */
  pageGone(name: Name, isSettled: boolean): void {
    const sent = this.#of(name);
    sent.isLoose = true;
    delete sent.refused;
    if (!isSettled) sent.unsettled--;
  }

  /** What somebody reads is what somebody typed. */
  read(dlgId: DlgId, message: Message, text: string): void {
    const sent = this.#of({ dlgId, fromuid: message.fromuid, clientMsgId: message.clientMsgId });
    if (sent.text !== text)
      throw new Broken('I13', `${keyOf(sent)} reads otherwise than it was typed`, [sent.text, text]);
  }

  /** Nobody waits any more. */
  atTheEnd(ledger: Ledger): void {
    for (const sent of this.#sent.values()) {
      if (sent.unsettled > 0) throw new Broken('I27', `${keyOf(sent)} was never settled`, sent);
      if (sent.answer) this.answered(sent, sent.answer, ledger);
    }
  }

  #stored(dlgId: DlgId, message: Message): void {
    const name = nameOf(dlgId, message.fromuid, message.clientMsgId);
    const sent = this.#sent.get(name);
    if (!sent) throw new Broken('I13', `${name} is in the log and nobody sent it`, message);
    if (!sent.sealed.has(message.content)) throw new Broken('I13', `${name} is in the log with other bytes`, message);
    if (sent.refused) throw new Broken('I2', `${name} was refused (${sent.refused}) and is in the log`, message);
    if (message.seq <= sent.floor) {
      throw new Broken(
        'I11',
        `${name} got ${message.seq}, but ${sent.floor} was acknowledged before it was sent`,
        message,
      );
    }
    if (sent.isLoose) return;
    const person = `${dlgId} ${sent.by}`;
    const before = this.#lastInOrder.get(person);
    if (before && before.order > sent.order && !before.isLoose) {
      throw new Broken('I10', `${name} was sent before ${keyOf(before)} and stored after it`, message);
    }
    this.#lastInOrder.set(person, sent);
  }

  #settle(name: Name): Sent {
    const sent = this.#of(name);
    if (sent.unsettled === 0) throw new Broken('I27', `${keyOf(name)} was settled twice`, sent);
    sent.unsettled--;
    return sent;
  }

  #of(name: Name): Sent {
    const sent = this.#sent.get(keyOf(name));
    if (!sent) throw new Broken('I13', `nobody sent ${keyOf(name)}`, name);
    return sent;
  }
}

const keyOf = ({ dlgId, fromuid, clientMsgId }: Name): string => nameOf(dlgId, fromuid, clientMsgId);
