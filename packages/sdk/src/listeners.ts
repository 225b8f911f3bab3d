import { failure } from './errors.ts';
import type { ImEventName, ImEvents, Told } from './events.ts';

type Handler = (detail: never) => void;

/** Who listens to what. A handler that throws is reported as an `error` event and stops nobody else. */
export class Listeners {
  readonly #handlers = new Map<ImEventName, Set<Handler>>();

  /** Returns how to stop listening. */
  on<Name extends ImEventName>(name: Name, handler: (detail: ImEvents[Name]) => void): () => void {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler));
    return () => void handlers.delete(handler);
  }

  tell({ name, detail }: Told): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) {
      try {
        (handler as (detail: unknown) => void)(detail);
      } catch (cause) {
        const about = cause instanceof Error ? `${name}: ${cause.message}` : name;
        if (name !== 'error') this.tell({ name: 'error', detail: { ...failure('sdk.handler_failed', about), cause } });
      }
    }
  }
}
