import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts CPU time in hundredths of a second on every Linux we know. */
const TICKS_PER_SECOND = 100;

interface Process {
  pid: number;
  parent: number;
  /** Of itself and of those of its children that it has seen end. */
  cpuSeconds: number;
}

/** What a set of processes has used and holds. */
export interface Used {
  cpuSeconds: number;
  rssBytes: number;
}

/** These processes and all that they have started; undefined where there is no /proc. */
export function usedBy(roots: readonly number[]): Used | undefined {
  try {
    const pids = withDescendants(roots, processes());
    return {
      cpuSeconds: pids.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      rssBytes: pids.reduce((sum, { pid }) => sum + rssOf(pid), 0),
    };
  } catch {
    return undefined;
  }
}

/** What a process has started and not yet seen end. */
export function childrenOf(pid: number): number[] {
  try {
    return processes()
      .filter(({ parent }) => parent === pid)
      .map(({ pid }) => pid);
  } catch {
    return [];
  }
}

/** A process and all that it has started, directly or not; nothing where there is no /proc. */
export function familyOf(pid: number): number[] {
  try {
    return withDescendants([pid], processes()).map(({ pid }) => pid);
  } catch {
    return [];
  }
}

/** How long each core has worked so far, in seconds, whoever for. */
export function coresBusy(): number[] {
  try {
    return readFileSync('/proc/stat', 'utf8')
      .split('\n')
      .filter((line) => /^cpu\d/.test(line))
      .map((line) => {
        const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = line.split(' ').slice(1).map(Number);
        return (user + nice + system + irq + softIrq) / TICKS_PER_SECOND;
      });
  } catch {
    return [];
  }
}

export const ownCpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function withDescendants<Of extends Pick<Process, 'pid' | 'parent'>>(roots: readonly number[], all: Of[]): Of[] {
  const family = new Set(roots);
  for (let before = -1; family.size > before;) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name of the command comes second, in brackets, and may hold anything.
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ').map(Number) ?? [];
        const ticks = fields.slice(11, 15).reduce((sum, each) => sum + each, 0);
        return [{ pid: Number(name), parent: fields[1] ?? 0, cpuSeconds: ticks / TICKS_PER_SECOND }];
      } catch {
        return [];
      }
    });
}

/** Resident memory in bytes; 0 for a process that has just gone. */
function rssOf(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
