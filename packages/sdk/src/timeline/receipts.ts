import type { DlgId, Seq, UserId } from '@trialogue/protocol';

/** How far a member of a conversation has come. */
export interface Receipt {
  dlgId: DlgId;
  userId: UserId;
  deliveredSeq: Seq;
  readSeq: Seq;
}

/** The receipts that the application was told of. */
export type Receipts = ReadonlyMap<string, Receipt>;

/** The members of a few large groups. Whoever is let go is told of anew. */
const MOST_RECEIPTS = 5_000;

/** Takes in a receipt, which may be older than one before it; gives out what is news, in which nothing falls (I23). */
export function takeReceipt(known: Receipts, receipt: Receipt): [Receipts, Receipt | undefined] {
  const key = `${receipt.dlgId} ${receipt.userId}`;
  const before = known.get(key) ?? { deliveredSeq: 0, readSeq: 0 };
  const deliveredSeq = Math.max(before.deliveredSeq, receipt.deliveredSeq);
  const readSeq = Math.max(before.readSeq, receipt.readSeq);
  if (deliveredSeq === before.deliveredSeq && readSeq === before.readSeq) return [known, undefined];
  const news = { ...receipt, deliveredSeq, readSeq };
  const receipts = new Map(known).set(key, news);
  const [oldest] = receipts.keys();
  if (receipts.size > MOST_RECEIPTS && oldest !== undefined) receipts.delete(oldest);
  return [receipts, news];
}
