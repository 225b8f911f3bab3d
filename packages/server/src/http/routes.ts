import { Readable } from 'node:stream';

import { Refused, type Shape } from '@trialogue/protocol';
import type { Api, Operation } from '@trialogue/protocol/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Rates } from '../access/rates.ts';
import type { SignIn } from '../access/signIn.ts';
import { blockOf } from './address.ts';
import { readAsk, type Ask, type Callers, type Handlers, type Stream } from './ask.ts';
import { success, type Manner } from './envelope.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The `operationId`, for logs and metrics. */
    operation?: string;
    manner?: Manner;
  }
}

type HttpRates = Pick<Rates, 'stranger' | 'call'>;
type Caller = Callers[keyof Callers];
type Handler = (ask: Ask<Operation>) => Promise<unknown>;

/** Serves a table of operations with a table of handlers. Call it in a scope with the API's prefix. */
export function serve<A extends Api>(
  app: FastifyInstance,
  {
    api,
    handlers,
    signIn,
    rates,
    manner,
  }: { api: A; handlers: Handlers<A>; signIn: SignIn; rates: HttpRates; manner: Manner },
): void {
  for (const [operation, described] of Object.entries(api)) {
    // The type of `handlers` has made sure of it; here the two tables are walked by name.
    const handle = handlers[operation] as unknown as Handler;
    const callers = new WeakMap<FastifyRequest, Caller>();

    app.route({
      method: described.method,
      url: described.path,
      config: { operation, manner },
      // Before the body is read: strangers are turned away at the door.
      onRequest: async (request) => {
        callers.set(request, await admit(described.auth, request, { signIn, rates }));
      },
      handler: async (request, reply) => {
        const ask = { ...(await readAsk(described, request)), caller: callers.get(request) } as Ask<Operation>;
        const answer = await handle(ask);
        if (typeof described.data === 'string') {
          const { headers, bytes } = answer as Stream;
          return reply.headers(headers).send(Readable.from(bytes, { objectMode: false }));
        }
        return reply.header('cache-control', 'no-store').send(success(only(described.data, answer, operation)));
      },
    });
  }
}

/** Strangers are counted by their address, and so are wrong credentials; whoever signed in, by that. */
async function admit(
  auth: Operation['auth'],
  request: FastifyRequest,
  { signIn, rates }: { signIn: SignIn; rates: HttpRates },
): Promise<Caller> {
  const address = blockOf(request.ip);
  if (auth === 'nobody') rates.stranger(address);
  let caller: Caller;
  try {
    caller = await callerOf(auth, request.headers.authorization, signIn);
  } catch (error) {
    if (error instanceof Refused && error.retry !== 'later') rates.stranger(address);
    throw error;
  }
  if (caller && 'actor' in caller) rates.call(caller.actor.sessionId);
  return caller;
}

async function callerOf(auth: Operation['auth'], header: string | undefined, signIn: SignIn): Promise<Caller> {
  if (auth === 'nobody') return undefined;
  const credential = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  if (credential === undefined) throw new Refused('auth.missing');
  if (auth === 'secret') return signIn.authenticateApp(credential);
  return { actor: await signIn.authenticate(credential), token: credential };
}

/** What the table promises and nothing else: a field that is not described cannot leak. */
function only(shape: Shape<unknown>, answer: unknown, operation: string): unknown {
  try {
    return shape.read(answer, operation);
  } catch (error) {
    throw new Error('an answer is not as described', { cause: error });
  }
}
