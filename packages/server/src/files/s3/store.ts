import type { FileId } from '@trialogue/protocol';

import type { FileStore } from '../../chat/ports.ts';
import { nameOf, shelfOf } from '../names.ts';
import { s3Client, S3Refusal, type Patience, type S3Watch } from './client.ts';
import { s3Halves } from './halves.ts';
import { nothingHeld, type Held } from './parts.ts';
import type { S3Place } from './place.ts';
import { putObject } from './putObject.ts';

/** What was asked a moment ago is not asked again. */
const FRESH_MS = 5_000;
const LONGEST_PING_MS = 1_500;

export interface S3Files extends FileStore {
  /** Whether the store answers; asks it, unless it has just been heard. */
  isConnected(): Promise<boolean>;
  /** As of what it answered last. */
  wasConnected(): boolean;
}

/** The store is there and does not take us: whoever runs the server has to do something. */
export class S3Unusable extends Error {}

/**
 * Files in a bucket of an S3-compatible store, under the same names as on disk. It has to know what was written as soon
 * as it has said so (read after write, and in lists), as AWS does since 2020.
 */
export function s3Files(
  place: S3Place,
  watch: S3Watch = {},
  { patience, held = nothingHeld() }: { patience?: Patience; held?: Held } = {},
): S3Files {
  const client = s3Client(place, watch, patience);
  const keyOf = (fileId: FileId) => `${shelfOf(fileId)}/${nameOf(fileId)}`;
  const put = (fileId: FileId, bytes: AsyncIterable<Uint8Array>) => putObject(client, keyOf(fileId), bytes, held);
  return {
    put,
    get: (fileId) => client.read(keyOf(fileId)),
    async remove(fileId) {
      await client.ask({ method: 'DELETE', key: keyOf(fileId), also: [404] });
    },
    halves: s3Halves(client, held, {
      put,
      read: (fileId) => client.read(keyOf(fileId)),
      async sizeOf(fileId) {
        const { status, headers } = await client.ask({ method: 'HEAD', key: keyOf(fileId), also: [404] });
        return status === 404 ? undefined : Number(headers.get('content-length'));
      },
    }),
    isConnected: () => client.isConnected(FRESH_MS, LONGEST_PING_MS),
    wasConnected: client.wasConnected,
  };
}

/**
 * Whether the bucket is there and takes us. A store that is only away is no reason not to start: people can talk without files.
 *
 * @throws {S3Unusable} in words for the operator
 */
export async function checkBucket(place: S3Place): Promise<void> {
  try {
    const query = { 'list-type': '2', 'max-keys': '1', prefix: place.prefix };
    await s3Client(place).once({ method: 'GET', key: '', query });
  } catch (error) {
    if (error instanceof S3Refusal && !error.isPassing) throw new S3Unusable(error.message, { cause: error });
  }
}
