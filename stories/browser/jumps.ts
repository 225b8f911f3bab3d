/**
 * What an eye would see jump, measured in the page at every frame: the same in every browser. Each of these travels to
 * the page as text (`Viewer.run`), so each stands alone.
 */

/** The list is scrolled there while older messages come above. How far a row in sight strayed, and what came. */
export async function jumpWhilePrepending(top: number): Promise<{ strayedPx: number; cameBefore: number }> {
  const list = document.querySelector('[role=log]')!;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const firstSeq = () => Number(list.querySelector<HTMLElement>('[data-seq]')?.dataset['seq']);
  list.scrollTop = top;
  const edge = list.getBoundingClientRect().top;
  const held = [...list.querySelectorAll('[data-seq]')].find((row) => row.getBoundingClientRect().top > edge + 40)!;
  const [before, start] = [held.getBoundingClientRect().top, firstSeq()];
  let strayedPx = 0;
  for (let at = 0; at < 120; at++) {
    await frame();
    strayedPx = Math.max(strayedPx, Math.abs(held.getBoundingClientRect().top - before));
  }
  return { strayedPx, cameBefore: start - firstSeq() };
}

/** The list is scrolled up step by step. The worst that a row went elsewhere than the step, and how many rows came. */
export async function jumpWhileScrollingUp(steps: number, stepPx: number): Promise<{ worstPx: number; came: number }> {
  const list = document.querySelector('[role=log]')!;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const rows = () => [...list.querySelectorAll<HTMLElement>('[data-seq]')];
  const start = Number(rows()[0]?.dataset['seq']);
  let worstPx = 0;
  for (let at = 0; at < steps; at++) {
    const edge = list.getBoundingClientRect().top;
    const held = rows().find((row) => row.getBoundingClientRect().top > edge + 40)!;
    const [before, topBefore] = [held.getBoundingClientRect().top, list.scrollTop];
    list.scrollTop -= stepPx;
    const step = topBefore - list.scrollTop;
    await frame();
    await frame();
    worstPx = Math.max(worstPx, Math.abs(held.getBoundingClientRect().top - before - step));
  }
  return { worstPx, came: start - Number(rows()[0]?.dataset['seq']) };
}

/** A row above what one reads becomes higher, as with a picture that comes late. How far that moved what one reads. */
export async function jumpByLatePicture(): Promise<number> {
  const list = document.querySelector('[role=log]')!;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  list.scrollTop = list.scrollHeight / 2;
  await frame();
  await frame();
  const edge = list.getBoundingClientRect().top;
  const rows = [...list.querySelectorAll<HTMLElement>('[data-seq]')];
  const at = rows.findIndex((row) => row.getBoundingClientRect().top > edge + 40);
  const before = rows[at]!.getBoundingClientRect().top;
  rows[at - 5]!.style.paddingBottom = '200px';
  await frame();
  await frame();
  return Math.abs(rows[at]!.getBoundingClientRect().top - before);
}

export function fromEndPx(): number {
  const list = document.querySelector('[role=log]')!;
  return Math.round(list.scrollHeight - list.clientHeight - list.scrollTop);
}

/** Scrolls so far away from the end. Gives a row that is then in sight. */
export async function leaveEnd(byPx: number): Promise<string> {
  const list = document.querySelector('[role=log]')!;
  list.scrollTop = list.scrollHeight - list.clientHeight - byPx;
  await new Promise((resolve) => requestAnimationFrame(resolve));
  const edge = list.getBoundingClientRect().top;
  const rows = [...list.querySelectorAll<HTMLElement>('[data-seq]')];
  return rows.find((row) => row.getBoundingClientRect().top > edge + 40)!.dataset['seq']!;
}

/** Where a row stands on the screen. */
export const topOf = (seq: string): number =>
  document.querySelector(`[data-seq="${seq}"]`)?.getBoundingClientRect().top ?? Number.NaN;

export const wordsOf = (selector: string): string => document.querySelector(selector)?.textContent?.trim() ?? '';
