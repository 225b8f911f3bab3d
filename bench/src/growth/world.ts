import { id, type AppId, type DlgId, type UserId } from '@trialogue/protocol';

/**
 * What a database of so many messages holds. Everything follows from numbers, so that two databases of one size are the
 * same row by row, and statements can say it.
 *
 * A tenth of all messages is in conversation 1; the rest goes round the others, one message each, so that the rows of a
 * conversation lie as far apart as they do in a shop that is busy. In each of them are a shopper, a merchant and somebody
 * of customer service, who speak in turns.
 */
export interface World {
  messages: number;
  conversations: number;
  shoppers: number;
}

const SMALLEST = 10_000;
const FEWEST_CONVERSATIONS = 10;
/** With a thousand times the messages come ten thousand times the conversations. */
const GROWTH = 4 / 3;
const PER_SHOPPER = 3;
export const PER_MERCHANT = 50;
/** As many as one of customer service may be in. */
export const PER_AGENT = 20_000;
/** When the first message was said, and how far the others are apart. */
export const BEGAN_AT = 1_750_000_000_000;
export const APART_MS = 10;

function worldOf(messages: number): World {
  const conversations = Math.round(FEWEST_CONVERSATIONS * (messages / SMALLEST) ** GROWTH);
  return { messages, conversations, shoppers: Math.ceil(conversations / PER_SHOPPER) };
}

/** 10 thousand, and ten times as many each, up to this. */
export function worldsUpTo(messages: number): World[] {
  const worlds: World[] = [];
  for (let size = SMALLEST; size <= messages; size *= 10) worlds.push(worldOf(size));
  return worlds;
}

export const APP = id<AppId>('bench');
export const dlgOf = (conversation: number): DlgId => id<DlgId>(`dlg-${conversation}`);
export const shopperOf = (conversation: number, { shoppers }: World): UserId =>
  id<UserId>(`shopper-${conversation % shoppers}`);
export const agentOf = (conversation: number): UserId =>
  id<UserId>(`agent-${Math.floor((conversation - 1) / PER_AGENT)}`);

/** Of conversation 1, and of every other one at least. */
export function headOf(conversation: number, { messages, conversations }: World): number {
  const long = Math.ceil(messages / 10);
  return conversation === 1 ? long : Math.floor((messages - long) / (conversations - 1));
}
