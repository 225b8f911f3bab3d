import { t } from '../../utils/i18n/index.ts';
import type { Said } from '../../views/groupConversation/timeline.ts';

/** A message in one line: for a list of conversations, for a screen reader. */
export function summary(said: Said, nameOf: (userId: string) => string): string {
  switch (said.type) {
    case 'text':
    case 'edit':
    case 'quickReplies':
      return said.text;
    case 'image':
      return `[${t('image')}]`;
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

/** What the server itself says in a conversation. */
export function systemWords(
  { event, userId, text }: Extract<Said, { type: 'system' }>,
  nameOf: (userId: string) => string,
): string {
  if (event === 'note') return text ?? '';
  if (event === 'recalled') return userId ? t('recalled', { name: nameOf(userId) }) : t('recalledByPlatform');
  return t(event, { name: userId ? nameOf(userId) : t('someone') });
}
