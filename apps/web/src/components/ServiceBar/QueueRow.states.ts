import type { ServiceCall } from '@trialogue/protocol/api';

const calledAt = Date.now() - 60_000;
const waiting = (before: number | null): { call: ServiceCall } => ({
  call: { calledAt, before, isOpen: true, opensAt: null },
});
const away = (opensAt: number | null): { call: ServiceCall } => ({
  call: { calledAt, before: 2, isOpen: false, opensAt },
});

export const states: Record<string, { call: ServiceCall | undefined }> = {
  'just called': { call: undefined },
  'told, and in no queue': waiting(null),
  next: waiting(0),
  one: waiting(1),
  many: waiting(12),
  'very many': waiting(100),
  'away until tomorrow': away(Date.now() + 12 * 3_600_000),
  'away for long': away(null),
};
