export { clientApi, type ClientApi } from './client.ts';
export { demoApi, type DemoApi } from './demo.ts';
export type { Api, BodyOf, DataOf, Envelope, Operation, ParamsOf, QueryOf } from './operation.ts';
export { platformApi, type PlatformApi } from './platform.ts';
export type { Member, Sent, Session, User } from './shapes.ts';
