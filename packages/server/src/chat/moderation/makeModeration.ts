import type { DeskPorts } from '../desk/makeDesk.ts';
import type { Moderation, ModerationPlatform } from './moderation.ts';
import { mutes } from './mutes.ts';
import type { Audit, ModerationStore } from './ports.ts';
import { reports } from './reports.ts';

const AUDIT_PAGE = 50;

/** Puts the use cases of moderation together, beside those of the chat. */
export function makeModeration(at: DeskPorts & { moderation: ModerationStore; audit: Audit }): {
  moderation: Moderation;
  platform: ModerationPlatform;
} {
  const muting = mutes(at);
  const reporting = reports(at);
  return {
    moderation: { ...muting.own, ...reporting.own },
    platform: {
      ...muting.ofPlatform,
      ...reporting.ofPlatform,
      async audit(appId, { after = 0, limit = AUDIT_PAGE }) {
        const lines = await at.audit.list(appId, after, limit + 1);
        return { list: lines.slice(0, limit), hasMore: lines.length > limit };
      },
    },
  };
}
