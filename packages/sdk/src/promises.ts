import type { Answer, ClientEvent, EffectOf } from './client/state.ts';
import { ImError } from './errors.ts';

/** What the application was promised, by key, until the client settles it. */
export function promises(dispatch: (event: ClientEvent) => void) {
  const open = new Map<string, { promise: Promise<unknown>; settle(answer: Answer): void }>();
  return {
    /** The promise of this key: the one that is open, or a new one, which `begin` says the event of. */
    ask<T>(key: string, begin: () => ClientEvent): Promise<T> {
      const known = open.get(key);
      if (known) return known.promise as Promise<T>;
      const event = begin();
      let settle: (answer: Answer) => void = () => {};
      const promise = new Promise<unknown>((resolve, reject) => {
        settle = (answer) => ('ok' in answer ? resolve(answer.ok) : reject(new ImError(answer.failure)));
      });
      open.set(key, { promise, settle });
      dispatch(event);
      return promise as Promise<T>;
    },
    settle({ key, answer }: EffectOf<'settle'>): void {
      open.get(key)?.settle(answer);
      open.delete(key);
    },
  };
}
