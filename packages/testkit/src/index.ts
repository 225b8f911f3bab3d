export * from './cast.ts';
export * from './fakeClock.ts';
export * from './fakeTransport.ts';
export * from './platform.ts';
