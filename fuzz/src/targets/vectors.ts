import { readFileSync } from 'node:fs';

import type { Shape } from '@trialogue/protocol';

/** What is given in the vectors of the protocol: good and bad, one of every kind. */
export const vectors = (name: string): string[] => {
  const file = new URL(`../../../packages/protocol/vectors/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { given: unknown }[]).map(({ given }) => JSON.stringify(given));
};

/** All that a table knows by their tag: the frames of one direction, the payloads. */
export const tagsOf = ({ kind }: Shape<unknown>): string[] => (kind.is === 'tagged' ? [...kind.variants.keys()] : []);
