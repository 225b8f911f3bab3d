import { id, type AppId, type DlgId, type Urole, type UserId } from '@trialogue/protocol';

export interface Person {
  userId: UserId;
  name: string;
  urole: Urole;
}

const person = (userId: string, name: string, urole: Urole): Person => ({ userId: id<UserId>(userId), name, urole });

/** The shopper. */
export const ada: Person = person('ada', 'Ada 林小雨', 'user');
/** The merchant. */
export const bo: Person = person('bo', 'Bo 青禾茶铺', 'merchant');
/** The agent of customer service. */
export const cy: Person = person('cy', 'Cy 客服小陈', 'service');
/** An outsider: a user of the same app who is in none of their conversations. */
export const mal: Person = person('mal', 'Mal', 'user');

export const shop: AppId = id<AppId>('shop');
/** The conversation of Ada, Bo and Cy. */
export const tea: DlgId = id<DlgId>('tea');
