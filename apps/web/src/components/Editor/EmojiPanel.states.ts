export const states: Record<string, { takesFocus: boolean }> = { open: { takesFocus: false } };
