import type { Conversation } from './conversation.ts';

/**
 * Where the reader of this page stands.
 *
 *   by a link:    entering ──► seated                 failed ◄── any      (signed out: another page)
 *   in a frame:   waiting ── transferUser ──► entering ── bound ──► choosing ── selectConversation ──► seated
 *                 any ── token refused ──► signedOut ── transferUser ──► entering
 */
export type Seat =
  | { name: 'waiting' | 'entering' | 'choosing' | 'signedOut' }
  | { name: 'seated'; conversation: Conversation }
  | { name: 'failed'; why: string; again?: () => void };
