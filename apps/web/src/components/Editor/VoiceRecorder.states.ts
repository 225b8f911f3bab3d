export const states: Record<string, Record<string, never>> = { idle: {} };
