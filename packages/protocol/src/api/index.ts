export { clientApi, type ClientApi } from './client.ts';
export type { DeskState, DeskStatus, DlgFilter, Reply } from './desk.ts';
export { demoApi, type DemoApi } from './demo.ts';
export type { AuditLine, Report, ReportReason } from './moderation.ts';
export type { Api, BodyOf, DataOf, Envelope, HeadersOf, Operation, ParamsOf, QueryOf } from './operation.ts';
export { platformApi, type PlatformApi } from './platform.ts';
export type { Hours, OrderAction, ServiceCall, Settings } from './settings.ts';
export type { Member, Sent, Session, User } from './shapes.ts';
