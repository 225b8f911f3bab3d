/** From this process's clock to the one that all processes of a machine share. */
const OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds that mean the same in every process of this machine. */
export const now = (): number => performance.now() + OFFSET_MS;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
