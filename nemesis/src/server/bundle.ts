import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root, tempFolder } from '../folders.ts';

/** The server as it ships: a folder in which `main.js` is. */
export interface Bundle {
  name: string;
  main: string;
}

/** Two folders below, as in the repository: from there the server looks for what else was built. */
const PLACE = join('packages', 'server', 'dist');

function newPlace(): string {
  const { path } = tempFolder('server');
  mkdirSync(join(path, 'packages', 'server'), { recursive: true });
  for (const each of ['node_modules', 'apps']) symlinkSync(join(root, each), join(path, each));
  symlinkSync(join(root, 'packages', 'sdk'), join(path, 'packages', 'sdk'));
  return join(path, PLACE);
}

/** Builds the server from the sources as they are now. `dist` is left alone. */
export function buildServer(): Bundle {
  const place = newPlace();
  execFileSync(process.execPath, [join(root, 'packages', 'server', 'build.mjs'), place], {
    cwd: join(root, 'packages', 'server'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { name: 'the server', main: join(place, 'main.js') };
}

/** Takes a server that was built already. @throws {Error} when there is none. */
export function builtServer(folder: string): Bundle {
  const main = join(folder, 'main.js');
  if (!existsSync(main))
    throw new Error(`--server is ${folder}. Expected: the folder of a built server, with its main.js.`);
  return { name: folder, main };
}

/** A way to break the server: what to write instead of what, wherever it stands in the built files. */
export interface Breakage {
  name: string;
  changes: readonly (readonly [from: RegExp, to: string])[];
}

/**
 * A copy of the server that is broken on purpose, to prove that the nemesis sees it. No setting of the product can do
 * this.
 *
 * @throws {Error} when there is nothing to break: the sources have changed, and the breakage has to follow.
 */
export function brokenServer({ main }: Bundle, { name, changes }: Breakage): Bundle {
  const place = newPlace();
  cpSync(join(main, '..'), place, { recursive: true });
  for (const [from, to] of changes) {
    let hits = 0;
    for (const file of readdirSync(place).filter((each) => each.endsWith('.js'))) {
      const path = join(place, file);
      const text = readFileSync(path, 'utf8');
      const changed = text.replace(from, to);
      if (changed !== text) hits++;
      writeFileSync(path, changed);
    }
    if (hits !== 1) throw new Error(`"${name}" has to change one built file of the server and found ${hits}: ${from}`);
  }
  return { name, main: join(place, 'main.js') };
}
