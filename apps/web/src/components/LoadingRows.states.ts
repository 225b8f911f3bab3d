export const states: Record<string, { rows?: number }> = { 'three rows': {} };
