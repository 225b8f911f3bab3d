import { rewrapAll, type Rewrapped, type Rewrapping } from '../rewrap.ts';
import { openPools } from './connections.ts';
import { prepare } from './opening.ts';
import { changing } from './transaction.ts';

/**
 * {@link rewrapAll} on the database of several nodes, beside them. It locks the rows of one step and nothing else: a send
 * waits for none of them.
 *
 * @throws {Error} when the database cannot be reached, or is not what it must be.
 */
export async function rewrapPostgres(url: string, rewrapping: Rewrapping): Promise<Rewrapped> {
  const pools = openPools(url, { writing: 1, reading: 1 }, () => {});
  try {
    await prepare(pools.writing);
    return await rewrapAll({ atomically: (work) => changing(pools.writing, work) }, rewrapping);
  } finally {
    await Promise.all([pools.writing.end(), pools.reading.end()]);
  }
}
