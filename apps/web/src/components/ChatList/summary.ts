import type { Quote } from '@trialogue/protocol';

import { t } from '../../utils/i18n/index.ts';
import type { Said } from '../../views/groupConversation/timeline.ts';
import type { Entry } from './rows.ts';

/** A message in one line: for a list of conversations, for a screen reader. */
export function summary(said: Said, nameOf: (userId: string) => string): string {
  switch (said.type) {
    case 'text':
    case 'edit':
    case 'quickReplies':
      return said.text;
    case 'image':
      return said.text ? `[${t('image')}] ${said.text}` : `[${t('image')}]`;
    case 'file':
      return `[${t('file')}] ${said.name}`;
    case 'voice':
      return `[${t('voice', { n: Math.round(said.seconds) })}]`;
    case 'video':
      return `[${t('video', { name: said.name })}]`;
    case 'product':
      return `[${t('product')}] ${said.title}`;
    case 'order':
    case 'coupon':
    case 'form':
      return `[${t(said.type)}] ${said.title}`;
    case 'logistics':
    case 'refund':
      return `[${t(said.type)}] ${said.status}`;
    case 'formAnswer':
    case 'cardUpdate':
      return t(said.type);
    case 'ratingRequest':
      return said.text ?? t('ratingRequest');
    case 'rating':
      return t('rating', { n: said.stars });
    case 'system':
      return systemWords(said, nameOf);
    case 'unopened':
      return t('unopened');
    case 'unknown':
      return said.fallback ?? t('unknownPayload');
  }
}

/** Of the reader some things are said in other words. */
const ofReader = { taken: 'takenByYou', handedOver: 'handedOverToYou' } as const;

/** What the server itself says in a conversation. */
function systemWords(
  { event, userId, text }: Extract<Said, { type: 'system' }>,
  nameOf: (userId: string) => string,
): string {
  if (event === 'note') return text ?? '';
  if (event === 'recalled') return userId ? t('recalled', { name: nameOf(userId) }) : t('recalledByPlatform');
  const name = userId ? nameOf(userId) : t('someone');
  if ((event === 'taken' || event === 'handedOver') && name === t('you')) return t(ofReader[event]);
  return t(event, { name });
}

type Names = (userId: string) => string;

/** What stands in the middle of the list, for what nobody says: the server, or somebody who took it back. */
export function lineOf({ said, recalled, fromuid }: Entry, nameOf: Names): string | undefined {
  if (recalled) {
    const name = nameOf(fromuid);
    return name === t('you') ? t('recalledByYou') : t('recalled', { name });
  }
  if (said.type === 'formAnswer') return `${nameOf(fromuid)}: ${t('formAnswer')}`;
  return said.type === 'system' ? systemWords(said, nameOf) : undefined;
}

const kinds = {
  image: 'image',
  file: 'file',
  voice: 'voiceMessage',
  video: 'film',
  product: 'product',
  order: 'order',
  logistics: 'logistics',
  refund: 'refund',
  coupon: 'coupon',
  form: 'form',
} as const;

/** A quoted message in one line: its first words, after what kind it is. */
export function quotedWords({ type, text }: Quote): string {
  const kind = (kinds as Readonly<Record<string, (typeof kinds)[keyof typeof kinds]>>)[type];
  const words = text.replaceAll(/\s+/g, ' ').trim();
  return kind ? `[${t(kind)}] ${words}`.trim() : words || t('unknownPayload');
}
