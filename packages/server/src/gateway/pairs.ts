/**
 * A map under two names, such as an app and one of its users. Two looks at names that are there already cost less than making a
 * third one out of them, for each member of each conversation that has news.
 */
export class Pairs<A, B, Value> {
  readonly #outer = new Map<A, Map<B, Value>>();

  get(a: A, b: B): Value | undefined {
    return this.#outer.get(a)?.get(b);
  }

  has(a: A, b: B): boolean {
    return this.#outer.get(a)?.has(b) ?? false;
  }

  set(a: A, b: B, value: Value): void {
    const inner = this.#outer.get(a);
    if (inner) inner.set(b, value);
    else this.#outer.set(a, new Map([[b, value]]));
  }

  delete(a: A, b: B): boolean {
    const inner = this.#outer.get(a);
    const wasThere = inner?.delete(b) ?? false;
    if (inner?.size === 0) this.#outer.delete(a);
    return wasThere;
  }

  /** In the order in which the first names came, and below each of them the second ones. */
  *values(): Iterable<Value> {
    for (const inner of this.#outer.values()) yield* inner.values();
  }
}
