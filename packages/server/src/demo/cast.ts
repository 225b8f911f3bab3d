import { id, type Urole, type UserId } from '@trialogue/protocol';

import type { Profile } from '../chat/ports.ts';

export const person = (userId: string, name: string, urole: Urole, remark: string): Profile => ({
  userId: id<UserId>(userId),
  name,
  avatar: '',
  remark,
  urole,
});

export const ada: Profile = person('ada', 'Ada 林小雨', 'user', 'Shopper · 顾客');
export const bo: Profile = person('bo', 'Bo 青禾茶铺', 'merchant', 'Merchant · 商家');
export const cy: Profile = person('cy', 'Cy 客服小陈', 'service', 'Customer service · 客服');
/** Her colleague, to hand over to. */
export const dee: Profile = person('dee', 'Dee 客服小丁', 'service', 'Customer service · 客服');
/** In none of the conversations: to see what an outsider sees. */
const mal: Profile = person('mal', 'Mal', 'user', 'Outsider · 局外人');

/** The people of the demo. */
export const cast: readonly Profile[] = [ada, bo, cy, dee, mal];
