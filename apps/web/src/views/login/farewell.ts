import type { Word } from '../../utils/i18n/index.ts';
import type { Farewell } from '../../utils/index.ts';

const words: Readonly<Record<string, Word>> = {
  left: 'farewell.left',
  needed: 'farewell.needed',
  'auth.revoked': 'farewell.revoked',
  'ticket.used': 'farewell.used',
  'ticket.expired': 'farewell.linkExpired',
  'ticket.invalid': 'farewell.linkInvalid',
  'ticket.mismatch': 'farewell.linkInvalid',
};

/** Why one is on the page for signing in. */
export const farewellWord = (farewell: Farewell): Word => words[farewell] ?? 'farewell.expired';
