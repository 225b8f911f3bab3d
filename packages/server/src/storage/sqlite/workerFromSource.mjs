// Starts worker.ts where nothing was built: a worker thread does not inherit the loader of tests and `npm run dev`.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
