import type { Subject } from './subject.ts';

/** Puts a stopwatch beside the list, for the program that drives the browser. */
export function watch(list: Subject): void {
  subject = list;
  const prepare = (count: number) => subject.prepare(count);
  Object.assign(globalThis, { stopwatch: { prepare, settled, frames, stop, jump } });
}

let subject: Subject;

const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** Shows the messages. @returns after how long the first row is drawn, and after how long the newest is in its place and stays there */
async function settled(giveUpMs: number): Promise<{ firstRowMs?: number; settledMs?: number }> {
  const startedAt = performance.now();
  const passed = () => performance.now() - startedAt;
  let firstRow: { firstRowMs?: number } = {};
  subject.mount();
  let place = '';
  for (let still = 0; still < 3;) {
    await nextFrame();
    if (firstRow.firstRowMs === undefined && subject.rows().length > 0) firstRow = { firstRowMs: passed() };
    if (passed() > giveUpMs) return firstRow;
    const at = subject.scroller();
    const isThere = at && subject.hasLast() && at.scrollHeight - at.scrollTop - at.clientHeight < 60;
    const now = at ? `${at.scrollTop} ${at.scrollHeight}` : '';
    still = isThere && now === place ? still + 1 : 0;
    place = now;
  }
  return { ...firstRow, settledMs: passed() };
}

let seen: number[] = [];
let watching = 0;

/** From the newest message on, wherever the list has come to rest, the time of every frame is kept. */
async function frames(): Promise<void> {
  const at = subject.scroller();
  if (at) at.scrollTop = at.scrollHeight;
  await nextFrame();
  await nextFrame();
  seen = [];
  let last = performance.now();
  const look = (now: number) => {
    seen.push(now - last);
    last = now;
    watching = requestAnimationFrame(look);
  };
  watching = requestAnimationFrame(look);
}

function stop(): number[] {
  cancelAnimationFrame(watching);
  return seen;
}

/** The list is scrolled to its first rows, older ones come, and the row in sight is watched for 45 frames. */
async function jump(fromTop: number, giveUpMs: number): Promise<number | undefined> {
  const startedAt = performance.now();
  const at = subject.scroller();
  if (!at) return undefined;
  await subject.toFirst();
  for (let still = 0, height = -1; still < 5;) {
    at.scrollTop = 0;
    await nextFrame();
    still = at.scrollTop === 0 && at.scrollHeight === height ? still + 1 : 0;
    height = at.scrollHeight;
    if (performance.now() - startedAt > giveUpMs) return undefined;
  }
  at.scrollTop = fromTop;
  await nextFrame();
  await nextFrame();
  const top = at.getBoundingClientRect().top;
  const row = subject.rows().find((each) => each.getBoundingClientRect().top >= top);
  if (!row) return undefined;
  const place = row.getBoundingClientRect().top;
  subject.prepend(50);
  let most = 0;
  for (let frame = 0; frame < 45; frame++) {
    await nextFrame();
    if (!row.isConnected) return Infinity;
    const moved = row.getBoundingClientRect().top - place;
    if (Math.abs(moved) > Math.abs(most)) most = moved;
  }
  return most;
}
