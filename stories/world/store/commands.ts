import type { CommandName, Store } from '@trialogue/server/core';

/** The commands of the storage, each at once: what it answers, or the refusal that it throws. */
export type Commands = {
  [Name in CommandName]: (...args: Parameters<Store[Name]>) => Awaited<ReturnType<Store[Name]>>;
};
