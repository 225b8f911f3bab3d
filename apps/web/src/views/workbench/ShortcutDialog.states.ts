export const states: Record<string, { withSingleKeys: boolean }> = {
  'all keys': { withSingleKeys: true },
  'without single keys': { withSingleKeys: false },
};
