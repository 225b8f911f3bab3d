import { id, type UserId } from '@trialogue/protocol';
import type { Actor } from '@trialogue/server/core';
import { shop } from '@trialogue/testkit';

/** Somebody as an HTTP request proves it. */
export const actorOf = (userId: UserId): Actor => ({ appId: shop, userId, sessionId: id(`session of ${userId}`) });
