import type { ClientFrame, DlgId, Instant, Seq, ServerFrameOf } from '@trialogue/protocol';

/** Where a page of history starts. */
export interface Range {
  before?: Seq;
  after?: Seq;
  limit?: number;
}

/** A request whose answer carries its number. */
export type Ask = {
  dlgId: DlgId;
  /** Asked again then; 0: it is not on the wire. */
  until: Instant;
  tries: number;
} & (
  | { kind: 'open' }
  /** An `open` that only wants the keyring. */
  | { kind: 'ring' }
  | { kind: 'gap'; range: Range }
  /** A page for the application, whose promise has this key. Outlives the connection. */
  | { kind: 'history'; range: Range; key: string; page?: ServerFrameOf<'page'> | undefined }
);
export type AskOf<Kind extends Ask['kind']> = Extract<Ask, { kind: Kind }>;

export type Asks = ReadonlyMap<number, Ask>;

export const ANSWER_MS = 10_000;
/**
 * After so many tries the application is told that no answer came. A key is worth waiting for: on a dead connection the
 * silence of the server is noticed before this. The conversation is asked for without an end.
 */
export const mostTries = ({ kind }: Ask): number => (kind === 'history' ? 3 : kind === 'ring' ? 5 : Infinity);

export function frameOf(id: number, ask: Ask): ClientFrame {
  const { dlgId } = ask;
  return 'range' in ask ? { op: 'history', id, dlgId, ...ask.range } : { op: 'open', id, dlgId };
}

export const hasAsk = (asks: Asks, kind: Ask['kind'], dlgId: DlgId): boolean =>
  [...asks.values()].some((ask) => ask.kind === kind && ask.dlgId === dlgId);

/** What is left of the requests when the connection is gone: the application's own, to be asked again. */
export const outliving = (asks: Asks): Asks =>
  new Map(
    [...asks].flatMap(([id, ask]) =>
      ask.kind === 'history' ? [[id, { ...ask, until: 0, tries: 0, page: undefined }]] : [],
    ),
  );
