/** Of a map, what is wanted. */
export const only = <Key, Value>(
  map: ReadonlyMap<Key, Value>,
  isWanted: (value: Value, key: Key) => boolean,
): Map<Key, Value> => new Map([...map].filter(([key, value]) => isWanted(value, key)));
