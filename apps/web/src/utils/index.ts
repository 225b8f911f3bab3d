export * from './draft.ts';
export * from './session.ts';
