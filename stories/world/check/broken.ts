/** The promises of the delivery contract that a world can break, by their number there. */
export const invariants = {
  I1: 'an acknowledged message is in the log, as it was acknowledged',
  I2: 'a message that was refused for good is never in the log',
  I4: 'one (conversation, sender, clientMsgId) is stored at most once',
  I5: 'one (conversation, seq) is the same message for everybody, always',
  I6: 'the log is 1, 2, 3 … without holes, and its head never falls',
  I7: 'sending again is answered with the first answer',
  I9: 'what a client is given ascends without holes',
  I10: 'messages of one sender are stored in the order they were sent',
  I11: 'what was sent after an acknowledgement comes after it in the log',
  I12: 'a client is given each message once',
  I13: 'nothing is in the log, and nothing is read, that was not sent so',
  I14: 'after the last fault everybody soon holds the whole log',
  I15: 'no connected client stays behind for longer than two looks at the log',
  I16: 'pages of history are adjacent, and know whether there is more',
  I17: 'what is gone is said to be gone, never skipped',
  I19: 'a copy kept up by events equals a copy fetched anew',
  I20: 'who is not a member is told nothing',
  I21: 'nothing is stored under a key older than the newest',
  I23: 'marks never fall and never pass the head',
  I25: 'an open socket is given the log in order, or closed',
  I26: 'a dead connection is noticed',
  I27: 'every send is settled, once',
  I28: 'a socket that another one has replaced stores nothing',
  I29: 'whoever is turned away comes back later and later, not all at once',
  I30: 'a node that is told to go is gone soon, and a closed socket says nothing',
  I34: 'the time of a message never falls, whatever the clocks do',
} as const;

export type Invariant = keyof typeof invariants;

/** A promise was broken; `witness` is the smallest thing that shows it. */
export class Broken extends Error {
  readonly invariant: Invariant;
  readonly witness: unknown;

  constructor(invariant: Invariant, says: string, witness: unknown) {
    super(`${invariant}, ${invariants[invariant]}: ${says}`);
    this.name = 'Broken';
    this.invariant = invariant;
    this.witness = witness;
  }
}
