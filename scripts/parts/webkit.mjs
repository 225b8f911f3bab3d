import { run } from './command.mjs';
import { installFromDebian } from './debian.mjs';

/** What `run` says of a command that is not there. */
const NOT_STARTED = 127;

/** The same as in stories/browser/webkit.ts. */
const isThere = async () => {
  const codes = [(await run('WebKitWebDriver', ['--help'])).code, (await run('Xvfb', ['-help'])).code];
  return !codes.includes(NOT_STARTED);
};

/** Sees to a WebKit where one can be had. @returns a remark where not: what is told in it is then skipped. */
export async function ensureWebkit() {
  if (await isThere()) return undefined;
  await installFromDebian('WebKit', ['webkit2gtk-driver', 'xvfb']);
  return (await isThere()) ? undefined : 'no webkit2gtk-driver with xvfb: its stories are skipped';
}
