import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts CPU time in hundredths of a second on every Linux we know. */
const TICKS_PER_SECOND = 100;

/** CPU seconds that a process and its main thread have used so far. Undefined where there is no /proc. */
export function cpuOf(pid: number): { all: number; mainThread: number } | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map(
      (thread) => [thread, secondsIn(`/proc/${pid}/task/${thread}`)] as const,
    );
    const mainThread = threads.find(([thread]) => thread === String(pid))?.[1] ?? 0;
    return { all: secondsIn(`/proc/${pid}`), mainThread };
  } catch {
    return undefined;
  }
}

function secondsIn(folder: string): number {
  // The name of the command comes second, in brackets, and may hold anything.
  const fields = readFileSync(`${folder}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export const ownCpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Resident memory of a process in bytes. */
export function rssOf(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
