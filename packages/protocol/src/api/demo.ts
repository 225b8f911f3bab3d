import { dlgId, userId } from '../fields.ts';
import { list, record, text } from '../shape.ts';
import type { Api } from './operation.ts';
import { link, session, user } from './shapes.ts';

/**
 * The simulated B2C platform behind `/login`, `/createGroup` and `/test.html`, below `/demo/v1`.
 * It signs anybody in as anybody, so it exists in demo mode only.
 */
export const demoApi = {
  getCast: {
    method: 'GET',
    path: '/cast',
    summary: 'The people of the demo, to choose from.',
    auth: 'nobody',
    data: record({ list: list(user) }),
  },
  signIn: {
    method: 'POST',
    path: '/sign-in',
    summary: 'Signs in as one of the cast.',
    auth: 'nobody',
    body: record({ userId: userId() }),
    data: session,
  },
  createDemoGroup: {
    method: 'POST',
    path: '/groups',
    summary: 'Creates a conversation between people of the cast, as a platform would when an order is placed.',
    auth: 'nobody',
    body: record({ name: text({ min: 1, max: 200 }), members: list(userId(), { max: 20 }) }),
    data: record({ groupId: dlgId(), dlgId: dlgId(), links: list(link) }),
  },
} as const satisfies Api;
export type DemoApi = typeof demoApi;
