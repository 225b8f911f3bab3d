import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

import type { KeyWrap } from '../chat/ports.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const MASTER_KEY_BYTES = 32;

/**
 * Wraps the secrets that lie on disk under the master key: `mk1.<key id>.<base64url of nonce, ciphertext, tag>`.
 *
 * The context words and the key id are bound by the tag, so somebody who can write to the database cannot swap two
 * wrapped keys. Keys in `older` still open what they wrapped; new secrets go under `current`.
 *
 * @throws {Error} when a master key is not 32 bytes.
 */
export function masterKey(current: Uint8Array, older: readonly Uint8Array[] = []): KeyWrap {
  const newest = wrappingKey(current);
  const byId = new Map([newest, ...older.map(wrappingKey)].map((key) => [key.id, key]));
  return {
    wrap(secret, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, newest.bytes, nonce).setAAD(boundWords(newest.id, context));
      const sealed = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
      return `mk1.${newest.id}.${sealed.toString('base64url')}`;
    },
    unwrap(wrapped, context) {
      const [form, id = '', sealed = ''] = wrapped.split('.');
      const key = byId.get(id);
      if (form !== 'mk1') throw new Error('A wrapped secret is not of the form "mk1.<key id>.<bytes>".');
      if (!key) throw new Error(`A secret is wrapped under master key ${id}, which this server was not given.`);
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('A wrapped secret is cut short.');
      const decipher = createDecipheriv(CIPHER, key.bytes, bytes.subarray(0, NONCE_BYTES))
        .setAAD(boundWords(id, context))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const secret = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        decipher.final();
        return new Uint8Array(secret);
      } catch {
        throw new Error(`A wrapped secret was changed or is not of this context: ${context.join(' ')}.`);
      }
    },
  };
}

/** The name of a master key in what it wraps. Says nothing about the key. */
export const masterKeyId = (master: Uint8Array): string => wrappingKey(master).id;

/** The master key also signs tokens: each use has a key of its own, derived from it. */
function wrappingKey(master: Uint8Array): { id: string; bytes: Uint8Array } {
  if (master.length !== MASTER_KEY_BYTES) {
    throw new Error(`The master key has ${master.length} bytes; it must have ${MASTER_KEY_BYTES}.`);
  }
  const bytes = new Uint8Array(hkdfSync('sha256', master, '', 'trialogue key wrap v1', MASTER_KEY_BYTES));
  return { id: createHash('sha256').update('trialogue key id').update(bytes).digest('hex').slice(0, 16), bytes };
}

/** Each word with its length before it, so that no two lists of words look alike. */
function boundWords(keyId: string, context: readonly string[]): Uint8Array {
  return Buffer.concat(
    [keyId, ...context].flatMap((word) => {
      const bytes = Buffer.from(word);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
