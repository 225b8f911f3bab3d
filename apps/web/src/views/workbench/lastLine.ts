import type { UserId } from '@trialogue/protocol';

import { t } from '../../utils/i18n/index.ts';
import { newestWords } from '../groupConversation/newestLine.ts';
import type { Listed } from './listed.ts';

/** The newest message in one line. */
export const lastLine = (row: Listed, me: UserId): string =>
  row.isQueued ? t('callsForService') : (newestWords(row, me) ?? t('nothingSaid'));
