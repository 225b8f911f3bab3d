import { writeFileSync } from 'node:fs';

/**
 * From now on a core dump of this process, if the machine makes one, holds nothing of its memory: there are the master
 * key and what people just said. Linux keeps that promise; elsewhere the operator turns dumps off.
 *
 * @returns whether it is so.
 */
export function keepMemoryOutOfDumps(): boolean {
  try {
    // A set of bits, one for each kind of memory that a dump shall hold.
    writeFileSync('/proc/self/coredump_filter', '0');
    return true;
  } catch {
    return false;
  }
}
