import { refusalWords, t } from '../utils/i18n/index.ts';
import { ApiRefused } from './refusal.ts';

/** What went wrong, for whoever asked for it: the server said no, or it was not to be reached. */
export const failureWords = (error: unknown, unreached = t('networkFailed')): string =>
  error instanceof ApiRefused ? refusalWords(error.error) : unreached;
