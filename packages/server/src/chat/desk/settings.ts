import { Refused, type AppId } from '@trialogue/protocol';
import type { Settings } from '@trialogue/protocol/api';

import type { KeyWrap } from '../ports.ts';
import { checkHours } from './hours.ts';
import type { DeskStore } from './ports.ts';

export const context = (appId: AppId): string[] => ['appSettings', appId];

/** What an app has settled about its customer service: words of people are in it, so it lies sealed. */
export async function settingsOf(
  at: { desk: Pick<DeskStore, 'readSettings'>; keys: KeyWrap },
  appId: AppId,
): Promise<Settings> {
  const sealed = await at.desk.readSettings(appId);
  if (sealed === undefined) return {};
  return JSON.parse(Buffer.from(at.keys.unwrap(sealed, context(appId))).toString()) as Settings;
}

/** @throws {Refused} request.malformed */
export function checkSettings(settings: Settings): void {
  if (settings.hours) checkHours(settings.hours, 'body.hours');
  for (const [nth, { url }] of (settings.orderActions ?? []).entries())
    checkAction(url, `body.orderActions[${nth}].url`);
}

/** For the audit: which parts are there, and for how long anything is kept; none of their words. */
export const whatIsSet = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => (typeof value === 'object' ? name : `${name}=${value}`))
    .join(' ');

export async function putSettings(
  at: { desk: DeskStore; keys: KeyWrap },
  appId: AppId,
  settings: Settings,
): Promise<Settings> {
  await at.desk.putSettings(appId, at.keys.wrap(Buffer.from(JSON.stringify(settings)), context(appId)));
  return settings;
}

/** Whoever sends an order chooses its number: it must not choose where the link leads. */
function checkAction(url: string, path: string): void {
  const [one, other] = ['1', '2'].map((orderId) => {
    const { origin, username, password } = parsed(url.replaceAll('{orderId}', orderId), path);
    return `${origin} ${username} ${password}`;
  });
  if (one !== other)
    throw new Refused('request.malformed', `${path}: expected {orderId} behind the host, in the path or the query.`);
}

function parsed(url: string, path: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new Refused(
      'request.malformed',
      `${path}: expected a whole address such as https://shop.example/o/{orderId}.`,
    );
  }
}
