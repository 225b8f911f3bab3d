import { readFileSync } from 'node:fs';

/** What is given in the vectors of the protocol: good and bad, one of every kind. */
export const vectors = (name: string): string[] => {
  const file = new URL(`../../../packages/protocol/vectors/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { given: unknown }[]).map(({ given }) => JSON.stringify(given));
};
