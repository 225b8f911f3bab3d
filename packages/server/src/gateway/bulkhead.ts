/** Keeps one kind of work from taking all there is: so much of it at a time, the rest waits in the order it came. */
export interface Bulkhead {
  /** @param isWanted asked when its turn comes; work that nobody waits for any more is not begun, and never answers. */
  run<T>(work: () => Promise<T>, isWanted?: () => boolean): Promise<T>;
}

export function createBulkhead(most: number): Bulkhead {
  const waiting: (() => boolean)[] = [];
  let underWay = 0;

  const next = () => {
    while (underWay < most) {
      const begin = waiting.shift();
      if (!begin) return;
      if (begin()) underWay++;
    }
  };
  return {
    run: (work, isWanted = () => true) =>
      new Promise((resolve, reject) => {
        waiting.push(() => {
          if (!isWanted()) return false;
          work()
            .then(resolve, reject)
            .finally(() => {
              underWay--;
              next();
            });
          return true;
        });
        next();
      }),
  };
}
