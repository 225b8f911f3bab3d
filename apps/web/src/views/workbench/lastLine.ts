import type { UserId } from '@trialogue/protocol';

import { summary } from '../../components/ChatList/summary.ts';
import { t } from '../../utils/i18n/index.ts';
import { cleanName } from '../../utils/names.ts';
import { openLine } from '../groupConversation/opening.ts';
import type { Line } from '../groupConversation/timeline.ts';
import type { Listed } from './listed.ts';

const opened = new WeakMap<object, Line>();

/** The newest message in one line. It was opened here, in the browser: the server cannot read it. */
export function lastLine(row: Listed, me: UserId): string {
  if (row.isQueued) return t('callsForService');
  if (!row.lastMessage) return t('nothingSaid');
  let line = opened.get(row.lastMessage);
  if (!line) {
    line = openLine(row.lastMessage, row.dlgId, row.dlgKey);
    opened.set(row.lastMessage, line);
  }
  const nameOf = (userId: string) => {
    const member = row.members.find((one) => one.userId === userId);
    return userId === me ? t('you') : cleanName(member?.name ?? userId);
  };
  if (line.recalled) return t('recalled', { name: nameOf(line.fromuid) });
  const words = summary(line.said, nameOf);
  return line.said.type === 'system' ? words : `${nameOf(line.fromuid)}: ${words}`;
}
