import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The server and its database have the first core; the generator has the others. */
export const SERVER_CORES = '0';
export const GENERATOR_CORES = availableParallelism() > 2 ? `1-${availableParallelism() - 1}` : '1';

const onTheseCores = (cores: string): boolean =>
  spawnSync('taskset', ['-a', '-c', '-p', cores, String(process.pid)], { stdio: 'ignore' }).status === 0;

/** Whether processes can be kept to a core here. Where they cannot, figures of two sides can still be compared, less well. */
export const canPin = (): boolean => availableParallelism() > 1 && onTheseCores(GENERATOR_CORES);

/** What `work` starts stays on these cores, and all that it starts in turn: a process inherits where it may run. */
export async function onCores<Of>(cores: string, work: () => Promise<Of>): Promise<Of> {
  onTheseCores(cores);
  try {
    return await work();
  } finally {
    onTheseCores(GENERATOR_CORES);
  }
}
