/** What can be wrong with a history: the name Jepsen gives it, and the invariant of the delivery contract it breaks. */
export const anomalies = {
  'lost-write': 'I1',
  'aborted-read': 'I2',
  duplicate: 'I4',
  'inconsistent-offset': 'I5',
  hole: 'I6',
  'poll-skip': 'I9',
  'nonmonotonic-poll': 'I9',
  'nonmonotonic-send': 'I10',
  realtime: 'I11',
  'duplicate-delivery': 'I12',
  phantom: 'I13',
  'stuck-tail': 'I15',
  'wrong-page': 'I16',
  'receipt-fell': 'I23',
  'late-write': 'I28',
  'time-fell': 'I34',
} as const;

export type AnomalyName = keyof typeof anomalies;

export interface Anomaly {
  name: AnomalyName;
  invariant: string;
  /** How often it was met. */
  count: number;
  /** The fewest lines of the history that show it once, counted from 1. */
  witness: number[];
  says: string;
}

/** Counts anomalies and keeps the smallest witness of each kind: fewest lines, then those that lie closest together. */
export class Found {
  readonly #found = new Map<AnomalyName, Anomaly>();

  add(name: AnomalyName, says: string, lines: readonly number[]): void {
    const witness = [...new Set(lines)].filter((line) => line > 0).sort((a, b) => a - b);
    const known = this.#found.get(name);
    if (known) known.count++;
    if (!known) this.#found.set(name, { name, invariant: anomalies[name], count: 1, witness, says });
    else if (isSmaller(witness, known.witness)) Object.assign(known, { witness, says });
  }

  /** In the order of the table above. */
  list(): Anomaly[] {
    return (Object.keys(anomalies) as AnomalyName[]).flatMap((name) => this.#found.get(name) ?? []);
  }
}

const span = (lines: readonly number[]) => (lines.at(-1) ?? 0) - (lines[0] ?? 0);
const isSmaller = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length ? span(a) < span(b) : a.length < b.length;
