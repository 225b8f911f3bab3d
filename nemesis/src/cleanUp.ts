/** What has to be undone however a run ends: processes, mounts, folders. Last made, first undone. */
const toUndo = new Set<() => void>();

/** @returns how to undo it now. It is undone once. */
export function onEnd(undo: () => void): () => void {
  const once = () => {
    if (!toUndo.delete(once)) return;
    try {
      undo();
    } catch (error) {
      process.stderr.write(`not cleaned up: ${String(error)}\n`);
    }
  };
  toUndo.add(once);
  return once;
}

export function undoAll(): void {
  for (const undo of [...toUndo].reverse()) undo();
}

process.on('exit', undoAll);
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => process.exit(code));
}
