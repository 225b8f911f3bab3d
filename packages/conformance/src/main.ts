import { conform } from './conform.ts';

process.exitCode = await conform(process.argv.slice(2), process.env, {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
});
// Sockets that a server never answered must not keep the command alive.
setTimeout(() => process.exit(), 500).unref();
