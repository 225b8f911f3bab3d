const LANES = 2;

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`.padStart(8);

/**
 * One line of a list of checks. `work` throws to fail and may return a short remark.
 * `after` names steps that have to be over before; `alone` keeps the machine to itself, for what measures or waits.
 */
export const step = (name, title, work, { after = [], alone = false } = {}) => ({ name, title, work, after, alone });

/** Those with one of the names, and what they come after. @throws for a name that is not in the list. */
export function pick(steps, names) {
  if (names.length === 0) return steps;
  const unknown = names.filter((name) => !steps.some((each) => each.name === name));
  if (unknown.length > 0) {
    throw new Error(`no step ${unknown.join(', ')}; there are ${steps.map((each) => each.name).join(', ')}`);
  }
  const wanted = new Set(names);
  for (const { name, after } of [...steps].reverse()) if (wanted.has(name)) for (const each of after) wanted.add(each);
  return steps.filter((each) => wanted.has(each.name));
}

/** Runs the steps, two at a time where they allow it, and says how each went. Gives how many passed and failed. */
export async function runSteps(steps) {
  const waiting = [...steps];
  const underWay = new Map();
  const passed = [];
  const failed = [];
  const isOver = (name) => !waiting.some((each) => each.name === name) && !underWay.has(name);

  function mayStart({ after, alone }) {
    if (alone && underWay.size > 0) return false;
    if (underWay.size >= LANES || [...underWay.values()].some((each) => each.alone)) return false;
    return after.every(isOver);
  }

  async function carryOut({ title, work, after }) {
    const startedAt = performance.now();
    try {
      const missing = after.filter((name) => failed.includes(name));
      if (missing.length > 0) throw new Error(`not tried: ${missing.join(', ')} failed`);
      const remark = await work();
      console.log(`  ✓ ${title.padEnd(34)}${seconds(performance.now() - startedAt)}${remark ? `   ${remark}` : ''}`);
      return true;
    } catch (error) {
      console.log(`  ✗ ${title.padEnd(34)}${seconds(performance.now() - startedAt)}\n`);
      console.log(`${(error instanceof Error ? error.message : String(error)).replace(/^/gm, '      ')}\n`);
      return false;
    }
  }

  while (waiting.length > 0 || underWay.size > 0) {
    for (const each of [...waiting]) {
      if (!mayStart(each)) continue;
      waiting.splice(waiting.indexOf(each), 1);
      const done = carryOut(each).then((isGood) => {
        (isGood ? passed : failed).push(each.name);
        underWay.delete(each.name);
      });
      underWay.set(each.name, { alone: each.alone, done });
    }
    await Promise.race([...underWay.values()].map(({ done }) => done));
  }
  return { passed: passed.length, failed: failed.length };
}
