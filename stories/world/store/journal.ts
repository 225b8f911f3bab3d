/**
 * Writes that can be taken back, newest first: how a refused command undoes itself, and how a disk that loses power
 * forgets what had not reached it.
 */
export class Journal {
  #undo: (() => void)[] = [];

  /** Puts a value under a key. */
  put<K, V>(map: Map<K, V>, key: K, value: V): void {
    const before = map.get(key);
    const wasThere = map.has(key);
    map.set(key, value);
    this.#undo.push(() => void (wasThere && before !== undefined ? map.set(key, before) : map.delete(key)));
  }

  drop<K, V>(map: Map<K, V>, key: K): void {
    const before = map.get(key);
    if (before === undefined) return;
    map.delete(key);
    this.#undo.push(() => void map.set(key, before));
  }

  append<T>(list: T[], value: T): void {
    list.push(value);
    this.#undo.push(() => void list.pop());
  }

  change<T extends object>(row: T, change: Partial<T>): void {
    const before = { ...row };
    Object.assign(row, change);
    this.#undo.push(() => {
      for (const name of Object.keys(change)) if (!(name in before)) Reflect.deleteProperty(row, name);
      Object.assign(row, before);
    });
  }

  /** How much has been written so far. */
  get length(): number {
    return this.#undo.length;
  }

  /** Takes back all that was written after it was so long. */
  backTo(length: number): void {
    while (this.#undo.length > length) this.#undo.pop()?.();
  }

  /** What was written can no longer be taken back. */
  settle(): void {
    this.#undo = [];
  }
}
