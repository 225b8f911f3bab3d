import { id, type UserId } from '@trialogue/protocol';
import type { Actor } from '@trialogue/server/core';
import { shop } from '@trialogue/testkit';

/** Signing in is not what a world is about: a token says whose it is. */
export const tokenOf = (userId: UserId): string => `token of ${userId}`;
export const userOf = (token: string): UserId => id<UserId>(token.replace('token of ', ''));

export const actorOf = (userId: UserId): Actor => ({ appId: shop, userId, sessionId: id(`session of ${userId}`) });
