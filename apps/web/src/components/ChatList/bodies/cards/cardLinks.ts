import { getConfig } from '../../../../http/api.ts';

/** The address in its normal form; none when it leads to something else than a page. */
export function pageAddress(url: string | undefined): string | undefined {
  try {
    const { protocol, username, password, href } = new URL(url ?? '');
    return /^https?:$/.test(protocol) && username === '' && password === '' ? href : undefined;
  } catch {
    return undefined;
  }
}

let asking: Promise<ReadonlySet<string>> | undefined;

/** Whose pages the reader is not warned of: ours, and those that the platform lets embed us. */
export function trustedOrigins(): Promise<ReadonlySet<string>> {
  return (asking ??= ask());
}

async function ask(): Promise<ReadonlySet<string>> {
  const own = location.origin;
  const appId = new URLSearchParams(location.search).get('appId');
  try {
    const { origins } = await getConfig(appId === null ? {} : { appId });
    return new Set([own, ...origins]);
  } catch {
    asking = undefined;
    return new Set([own]);
  }
}
