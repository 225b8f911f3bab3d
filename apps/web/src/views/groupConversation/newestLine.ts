import { SYSTEM, type DlgId, type Seq, type UserId } from '@trialogue/protocol';
import type { ClientApi, DataOf } from '@trialogue/protocol/api';

import { namesMe } from '../../components/ChatList/mentions.ts';
import { summary } from '../../components/ChatList/summary.ts';
import { t } from '../../utils/i18n/index.ts';
import { cleanName } from '../../utils/names.ts';
import { openLine } from './opening.ts';
import type { Line } from './timeline.ts';

type Listed = Pick<
  DataOf<ClientApi['getDlgPage']>['list'][number],
  'dlgId' | 'dlgKey' | 'lastMessage' | 'members' | 'readSeq'
>;

const opened = new WeakMap<object, Line>();

/** The newest message of a conversation in a list. It was opened here, in the browser: the server cannot read it. */
function newestLine({ lastMessage, dlgId, dlgKey }: Listed): Line | undefined {
  if (!lastMessage) return undefined;
  const line = opened.get(lastMessage) ?? openLine(lastMessage, dlgId, dlgKey);
  opened.set(lastMessage, line);
  return line;
}

/** It in one line, with who said it, if it was a person; none where nothing was said yet. */
export function newestWords(row: Listed, me: UserId): string | undefined {
  const line = newestLine(row);
  if (!line) return undefined;
  const nameOf = (userId: string) => {
    const member = row.members.find((one) => one.userId === userId);
    return userId === me ? t('you') : cleanName(member?.name ?? userId);
  };
  if (line.recalled) return t('recalled', { name: nameOf(line.fromuid) });
  const words = summary(line.said, nameOf);
  return line.fromuid === SYSTEM ? words : `${nameOf(line.fromuid)}: ${words}`;
}

/** The last message that named the reader, of each conversation, among those that were the newest at some time. */
const naming = new Map<DlgId, Seq>();

/** Whether somebody has named the reader since they last read, as far as messages were opened here. */
export function isNamed(row: Listed, me: UserId): boolean {
  const line = newestLine(row);
  if (line && namesMe(line, me)) naming.set(row.dlgId, line.seq);
  else if (line?.seq === naming.get(row.dlgId)) naming.delete(row.dlgId);
  return (naming.get(row.dlgId) ?? 0) > row.readSeq;
}
