import type { Store } from '@trialogue/server/core';

/** The commands of the storage, each at once: what it answers, or the refusal that it throws. The world has no desk. */
export type Commands = {
  [Name in Exclude<keyof Store, 'close'>]: (...args: Parameters<Store[Name]>) => Awaited<ReturnType<Store[Name]>>;
};
