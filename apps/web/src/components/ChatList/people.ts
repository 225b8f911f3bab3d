import { SYSTEM, type Urole, type UserId } from '@trialogue/protocol';

import { t } from '../../utils/i18n/index.ts';
import { cleanName } from '../../utils/names.ts';

/** What the list shows of a member. */
export interface Person {
  name: string;
  avatar: string;
  urole: Urole | undefined;
}

export type People = ReadonlyMap<UserId, Person>;

/** Somebody who has left is known by id only. */
export function personOf(people: People, userId: UserId): Person {
  const person = people.get(userId);
  if (person) return { ...person, name: cleanName(person.name) || userId };
  return { name: userId === SYSTEM ? t('appName') : userId, avatar: '', urole: undefined };
}
