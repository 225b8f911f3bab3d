import type { S3Double } from '@trialogue/testkit/s3';

import type { S3Watch } from './client.ts';
import { nothingHeld } from './parts.ts';
import { readS3Place, type S3Place } from './place.ts';
import { s3Files } from './store.ts';

export function placeIn(s3: Pick<S3Double, 'env'>): S3Place {
  const env: Record<string, string> = s3.env;
  const place = readS3Place(
    (name) => env[name],
    (...problem) => {
      throw new Error(problem.join(' '));
    },
  );
  if (!place) throw new Error('There is no place.');
  return place;
}

/** Files in the bucket, with the patience of a test. */
export const filesIn = (s3: Pick<S3Double, 'env'>, watch: S3Watch = {}, mostHeld?: number) =>
  s3Files(placeIn(s3), watch, {
    patience: { answerMs: 1_000, silenceMs: 1_000, tries: 3, pauseMs: 5 },
    held: nothingHeld(mostHeld),
  });
