import { hardCaps, limits, type Limits } from '@trialogue/protocol';

type Name = keyof Limits;

const names = Object.keys(limits) as Name[];
const caps: Partial<Limits> = hardCaps;
const DAY_MS = 24 * 60 * 60_000;
/** What an envelope has before and after the ciphertext; PROTOCOL.md §7.1. */
const ENVELOPE_BYTES = 200;
/** What a `send` has around its content. */
const FRAME_CHARACTERS = 300;

/**
 * Reads `name=value,name=value`; what is not named stays as it comes.
 * @param wrong is told of each entry that cannot be used: what it is, and what was expected
 */
export function readLimits(text: string, wrong: (was: string, expected: string) => void): Limits {
  const given = new Map<Name, number>();
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  for (const entry of entries) {
    const [name = '', value = ''] = entry.split(/=(.*)/s).map((part) => part.trim());
    const was = `has the entry ${JSON.stringify(entry.slice(0, 80))}`;
    if (!isName(name)) {
      wrong(
        `${was}, and no limit has that name`,
        `the name of a limit, such as ${nearest(name)}; PROTOCOL.md §8 has them all`,
      );
      continue;
    }
    const most = caps[name];
    const expected = `${name}= and a whole number from 1${most === undefined ? '' : ` to ${most}`}, without a unit`;
    if (given.has(name)) wrong(`${was}, and names ${name} twice`, 'each limit once');
    else if (!/^\d{1,15}$/.test(value) || Number(value) < 1) wrong(was, expected);
    else if (most !== undefined && Number(value) > most)
      wrong(`${was}, which is more than a server may have`, expected);
    else given.set(name, Number(value));
  }
  const effective: Limits = { ...limits, ...Object.fromEntries(given) };
  if (effective.dedupeMs < effective.outboxMs + 7 * DAY_MS) {
    wrong(
      `makes dedupeMs ${effective.dedupeMs} and outboxMs ${effective.outboxMs}: a message that waited long in a client could be stored twice`,
      'dedupeMs at least seven days above outboxMs',
    );
  }
  return effective;
}

/** Limits that are allowed and do not go together, in words for the operator. */
export function limitCautions(at: Limits): string[] {
  const rules: [isOdd: boolean, says: string][] = [
    [
      sealedCharacters(at.payloadBytes) > at.contentBytes,
      `payloadBytes ${at.payloadBytes} does not fit into contentBytes ${at.contentBytes}: sealed, the longest message has about ${sealedCharacters(at.payloadBytes)} characters and is refused.`,
    ],
    [
      at.contentBytes + FRAME_CHARACTERS > at.frameBytes,
      `contentBytes ${at.contentBytes} does not fit into frameBytes ${at.frameBytes}: the longest message closes its socket.`,
    ],
    [at.page > at.pageMost, `page ${at.page} is more than pageMost ${at.pageMost}, which is what readers get.`],
    [
      at.pingMs + at.pongMs > at.silenceMs,
      `pingMs ${at.pingMs} and pongMs ${at.pongMs} are more than silenceMs ${at.silenceMs}: clients give up on a server that is well.`,
    ],
    [
      at.laggingBytes > at.unsentBytes,
      `laggingBytes ${at.laggingBytes} is more than unsentBytes ${at.unsentBytes}: slow readers are closed before they are spared.`,
    ],
    [
      at.sendsPerUserBurst > at.sendsPerUserPerMinute,
      `sendsPerUserBurst ${at.sendsPerUserBurst} is more than sendsPerUserPerMinute ${at.sendsPerUserPerMinute}, which is what passes.`,
    ],
    [
      at.sendsPerUserPerSecond > at.sendsPerGroupPerSecond,
      `sendsPerUserPerSecond ${at.sendsPerUserPerSecond} is more than sendsPerGroupPerSecond ${at.sendsPerGroupPerSecond}: one member can keep all others from sending.`,
    ],
    [
      at.uploadBytes > at.uploadBytesPerUserPerHour,
      `uploadBytes ${at.uploadBytes} is more than uploadBytesPerUserPerHour ${at.uploadBytesPerUserPerHour}: the largest file never passes.`,
    ],
    [
      at.fileBytes > at.uploadBytes,
      `fileBytes ${at.fileBytes} is more than uploadBytes ${at.uploadBytes}: a file may be larger in one request than in pieces.`,
    ],
  ];
  return rules.filter(([isOdd]) => isOdd).map(([, says]) => `LIMITS: ${says}`);
}

/** Padding adds up to an eighth (§7.3), base64 a third. */
const sealedCharacters = (payloadBytes: number): number =>
  Math.ceil(((Math.ceil((payloadBytes * 9) / 8) + ENVELOPE_BYTES) * 4) / 3);

const isName = (name: string): name is Name => Object.hasOwn(limits, name);

/** The limit whose name is most like what somebody wrote. */
function nearest(written: string): Name {
  const distance = (name: string) => editsBetween(written.slice(0, 80).toLowerCase(), name.toLowerCase());
  return names.toSorted((one, other) => distance(one) - distance(other))[0] as Name;
}

/** How many letters have to be put in, taken out or exchanged. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [nth, letter] of [...from].entries()) {
    const next = [nth + 1];
    for (const [at, wanted] of [...to].entries()) {
      const exchanged = (row[at] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(exchanged, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
