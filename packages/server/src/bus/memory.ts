import type { Bus, Notice } from '../chat/ports.ts';

/**
 * The bus of one node, or of several in one process. It neither loses nor doubles nor reorders, which a listener
 * must not lean on. Listeners are called in a later microtask, never inside `tell`.
 */
export function memoryBus(): Bus {
  const listeners = new Set<(notice: Notice) => void>();
  return {
    async tell(notice) {
      await Promise.resolve();
      const errors: unknown[] = [];
      for (const hear of [...listeners]) {
        try {
          hear(notice);
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw new AggregateError(errors, `A listener failed on a notice of kind ${notice.kind}.`);
    },
    listen(hear) {
      // A function of its own, so that one listener may listen twice and stop once.
      const listener = (notice: Notice) => hear(notice);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => listeners.clear(),
  };
}
