import {
  fromBase64url,
  ImDecryptError,
  open,
  parseHeader,
  parseKeyring,
  printKeyring,
  seal,
  toBase64url,
} from '@trialogue/crypto';

import { mutate } from '../mutate.ts';
import { must, type Target } from '../target.ts';

const dlgId = 'tea';
const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const dlgKey = printKeyring(
  new Map([
    [1, keyOf(1)],
    [2, keyOf(2)],
  ]),
);
const PREFIX = 'IM1.';
/** In UTF-8; an id that is longer is a mistake of the caller, and said to be one. */
const LONGEST_ID_BYTES = 64;

/** What a member, who has the keys, seals by himself. */
interface Sealed {
  plaintext: string;
  fromuid: string;
  clientMsgId: string;
}

/** What is no envelope is said to be none, and nothing opens but what was sealed. */
export const envelopes: Target = {
  name: 'envelopes',
  title: 'a stranger or a member hands it to whoever opens envelopes and keyrings',
  times: { small: 5_000, full: 2_000_000 },
  async open(random, reach) {
    const plaintexts = ['', 'hello', '{"type":"text","text":"水开了 🍵"}', 'x'.repeat(3_000)];
    const sealed = plaintexts.map((plaintext, at) =>
      seal(plaintext, { dlgId, dlgKey, fromuid: 'ada', clientMsgId: `c${at}` }),
    );
    const known = new Set(sealed);
    const texts = [...sealed, dlgKey];

    /** Says what became of it: why it was refused, or undefined. */
    const told = (place: string, run: () => unknown): unknown => {
      try {
        const value = run();
        reach(`read ${place}`);
        return value;
      } catch (error) {
        if (!(error instanceof ImDecryptError)) throw error;
        reach(`refused ${place}: ${error.code}`);
        return undefined;
      }
    };
    /** Beneath the letters: other bytes in the clear part, the nonce, the ciphertext or the tag. */
    const withOtherBytes = (text: string): string => {
      const bytes = [...(fromBase64url(text.slice(PREFIX.length)) ?? [])];
      for (let times = random.between(1, 3); times > 0; times--) {
        const at = random.between(0, random.chance(0.5) ? Math.min(20, bytes.length) : bytes.length);
        if (random.chance(0.7)) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
        else bytes.splice(at, random.between(0, 2), ...Array.from({ length: random.between(0, 2) }, () => 0));
      }
      return PREFIX + toBase64url(Uint8Array.from(bytes));
    };
    const byMember = (): Sealed => ({
      plaintext: mutate(random.pick(plaintexts), random, plaintexts),
      fromuid: random.chance(0.5) ? 'bo' : mutate('ada', random).slice(0, 70),
      clientMsgId: random.chance(0.5) ? 'c1' : mutate('c7', random).slice(0, 70),
    });

    return {
      seeds: texts,
      places: [
        ...['header', 'content', 'keyring', 'what a member sealed'].map((place) => `read ${place}`),
        ...['E_FORMAT', 'E_SUITE'].map((code) => `refused header: ${code}`),
        ...['E_FORMAT', 'E_SUITE', 'E_EPOCH', 'E_TAMPERED'].map((code) => `refused content: ${code}`),
        'refused keyring: E_KEY',
        'refused what a member sealed: id too long',
      ],
      make() {
        const way = random.next();
        if (way < 0.4) return mutate(random.pick(texts), random, texts);
        if (way < 0.75) return withOtherBytes(random.pick(sealed));
        return JSON.stringify(byMember());
      },
      take(input) {
        if (input.startsWith('{"plaintext"')) return takeOfMember(input);
        told('header', () => parseHeader(input));
        const plaintext = told('content', () => open(input, dlgId, dlgKey));
        must(plaintext === undefined || known.has(input), 'an envelope that nobody sealed has opened');
        // Most are no keyring at first sight.
        if (!input.startsWith(PREFIX)) {
          const ring = told('keyring', () => {
            const keys = parseKeyring(input);
            must(parseKeyring(printKeyring(keys)).size === keys.size, 'a keyring that cannot be printed');
            return keys;
          });
          must(ring === undefined || (ring as Map<number, Uint8Array>).size > 0, 'a keyring without a key');
        }
      },
    };

    function takeOfMember(input: string): void {
      const { plaintext, fromuid, clientMsgId } = JSON.parse(input) as Sealed;
      const isTooLong = [fromuid, clientMsgId].some((id) => Buffer.byteLength(id) > LONGEST_ID_BYTES);
      try {
        const content = seal(plaintext, { dlgId, dlgKey, fromuid, clientMsgId });
        must(!isTooLong, 'an id that does not fit was sealed');
        must(open(content, dlgId, dlgKey) === plaintext.toWellFormed(), 'it opens as something else');
        const header = parseHeader(content);
        must(
          header.fromuid === fromuid.toWellFormed() && header.clientMsgId === clientMsgId.toWellFormed(),
          'it names somebody else',
        );
        reach('read what a member sealed');
      } catch (error) {
        if (!(isTooLong && error instanceof RangeError)) throw error;
        reach('refused what a member sealed: id too long');
      }
    }
  },
};
