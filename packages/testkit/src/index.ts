export * from './cast.ts';
export * from './fakeClock.ts';
export * from './fakeTransport.ts';
export * from './platform.ts';
export * from './programOptions.ts';
export * from './random.ts';
