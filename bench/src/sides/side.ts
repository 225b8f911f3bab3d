import type { DialectName } from '../generator/dialects/index.ts';
import type { Plan, Seat } from '../seats.ts';

/** As docs/PERFORMANCE.md tells of them; S3 goes on as S4, with the same sockets. */
export const scenarios = ['S3', 'S1', 'S2', 'S5', 'S6', 'S7', 'S8'] as const;
export type Scenario = (typeof scenarios)[number];

/** One of those who are compared. */
export interface Side {
  id: string;
  name: string;
  /** What it has done when it acks a message. */
  keeps: string;
  dialect: DialectName;
  runs: readonly Scenario[];
  /** Why it cannot run here; undefined when it can. */
  lacks(): Promise<string | undefined> | string | undefined;
  /** A fresh one, with nothing in it. */
  start(): Promise<Running>;
}

export interface Running {
  /** `ws://127.0.0.1:…` */
  origin: string;
  /** Makes the users and groups known to it, as the backend of a shop would. */
  seat(plan: Plan): Promise<Seat[]>;
  /** `kill -9` to all of its processes, and a new start with what is on disk. @returns seconds until it listens again */
  crash(): Promise<number>;
  /** What it said last, if it has ended by itself. */
  died(): string | undefined;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}
