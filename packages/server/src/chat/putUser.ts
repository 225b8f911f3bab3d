import type { AppId } from '@trialogue/protocol';

import type { Profile, Store } from './ports.ts';

/** Creates a user, or replaces the whole profile of one: what is left out becomes empty. */
export const putUser =
  (at: { store: Store }) =>
  async (appId: AppId, profile: Omit<Profile, 'avatar' | 'remark'> & Partial<Profile>): Promise<Profile> => {
    const whole = { avatar: '', remark: '', ...profile };
    await at.store.putUser(appId, whole);
    return whole;
  };
