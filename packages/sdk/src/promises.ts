import type { Answer } from './client/state.ts';
import type { Happening } from './client/turn.ts';
import { ImError } from './errors.ts';

/** What the application was promised, by key, until the client settles it. */
export function promises(dispatch: (happening: Happening) => void) {
  const open = new Map<string, { promise: Promise<unknown>; settle(answer: Answer): void }>();
  return {
    /** The promise of this key: the one that is open, or a new one, which begins with what `begin` gives. */
    ask<T>(key: string, begin: () => Happening): Promise<T> {
      const known = open.get(key);
      if (known) return known.promise as Promise<T>;
      const happening = begin();
      let settle: (answer: Answer) => void = () => {};
      const promise = new Promise<unknown>((resolve, reject) => {
        settle = (answer) => ('ok' in answer ? resolve(answer.ok) : reject(new ImError(answer.failure)));
      });
      open.set(key, { promise, settle });
      dispatch(happening);
      return promise as Promise<T>;
    },
    settle(key: string, answer: Answer): void {
      open.get(key)?.settle(answer);
      open.delete(key);
    },
  };
}
