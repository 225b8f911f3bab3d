import { run } from './command.mjs';
import { installFromDebian } from './debian.mjs';

/** What the nemesis does harm with, each with a command that shows that it is there. Without one, its scenarios are skipped. */
const tools = [
  ['strace', 'strace', ['-V']],
  ['faketime', 'faketime', ['--version']],
  ['e2fsprogs', 'mkfs.ext4', ['-V']],
];

/** Sees to the tools of the nemesis where they can be had. @returns those that are missing all the same. */
export async function ensureHarm() {
  const missing = await missingTools();
  if (missing.length === 0) return undefined;
  await installFromDebian('the tools of the nemesis', missing);
  const left = await missingTools();
  return left.length > 0 ? `without ${left.join(', ')}: some scenarios will be skipped` : undefined;
}

async function missingTools() {
  const missing = [];
  for (const [name, command, args] of tools) {
    const { code } = await run(command, args);
    if (code !== 0) missing.push(name);
  }
  return missing;
}
