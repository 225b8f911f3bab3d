import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { root } from './project.mjs';

const onWindows = process.platform === 'win32';
const running = new Set();

/** While a command runs, ending us ends it too. Afterwards the signals belong to whoever comes next. */
function onSignal(signal) {
  for (const child of running) child.kill(signal);
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

function started(child) {
  if (running.size === 0) process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  running.add(child);
}

function ended(child) {
  running.delete(child);
  if (running.size === 0) process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}

/**
 * Runs a command to its end. `show` lets it write to the screen; otherwise what it wrote is kept in `output`.
 * Never throws: a command that could not be started has code 127.
 */
export function run(command, args, { show = false, env = {}, cwd = root } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      shell: onWindows && command.endsWith('.cmd'),
    });
    started(child);
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => {
      ended(child);
      resolve({ code: 127, output: `${output}${error.message}\n` });
    });
    child.once('close', (code, signal) => {
      ended(child);
      resolve({ code: code ?? 1, output: signal ? `${output}ended by ${signal}\n` : output });
    });
  });
}

/** A tool out of node_modules, without asking npx. */
export const tool = (name, args = [], options) =>
  run(join(root, 'node_modules', '.bin', onWindows ? `${name}.cmd` : name), args, options);

/** The npm that called this script, or the one on the path. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) return run(process.execPath, [cli, ...args], options);
  return run(onWindows ? 'npm.cmd' : 'npm', args, options);
}

/** What a step has to do: fail loudly with what the command said. */
export async function must(outcome) {
  const { code, output } = await outcome;
  if (code !== 0) throw new Error(output.trim() || `ended with code ${code}`);
  return output;
}
