type Numbers = Int32Array | Float64Array | Uint8Array;

/** A row of numbers that grows, and reads as 0 where nothing was put. Objects would not fit a million times. */
class Column<T extends Numbers = Int32Array> {
  #numbers: T;

  constructor(empty: T) {
    this.#numbers = empty;
  }

  at(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  put(index: number, value: number): void {
    if (index >= this.#numbers.length) {
      const grown = new (this.#numbers.constructor as new (length: number) => T)(Math.max(64, index * 2));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[index] = value;
  }
}

export const whole = () => new Column(new Int32Array(0));
export const wide = () => new Column(new Float64Array(0));
export const bits = () => new Column(new Uint8Array(0));
