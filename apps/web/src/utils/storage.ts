/** What we ask of `localStorage` and `sessionStorage`. */
export interface Keep {
  get(name: string): string | null;
  set(name: string, value: string): void;
  remove(name: string): void;
}

/**
 * Browser storage, or memory where there is none: in a frame of another site, in private windows and when the
 * disk is full, the very access may throw. What was written into memory is found again until the page goes.
 */
export function openKeep(storage: () => Storage): Keep {
  const memory = new Map<string, string>();
  const attempt = <T>(work: (storage: Storage) => T): T | undefined => {
    try {
      return work(storage());
    } catch {
      return undefined;
    }
  };
  return {
    get: (name) => memory.get(name) ?? attempt((kept) => kept.getItem(name)) ?? null,
    set(name, value) {
      const isKept = attempt((kept) => (kept.setItem(name, value), true));
      if (isKept) memory.delete(name);
      else memory.set(name, value);
    },
    remove(name) {
      memory.delete(name);
      attempt((kept) => kept.removeItem(name));
    },
  };
}

/** Shared by all tabs, and there after a restart. */
export const browserKeep = openKeep(() => localStorage);
/** This tab's own, and there after a reload. */
export const tabKeep = openKeep(() => sessionStorage);
