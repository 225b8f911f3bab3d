export * from './closeCodes.ts';
export * from './frames.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './payloads.ts';
export * from './refusals.ts';
export * from './shape.ts';
export * from './version.ts';
export { message, page, urole, type Message, type Page, type Urole } from './fields.ts';
