import { PROTOCOL_VERSION, type Limits } from '@trialogue/protocol';

import { CannotRun, type Options } from './options.ts';
import { Http, type Answer } from './stage/http.ts';
import { Platform, said } from './stage/platform.ts';
import { emptyRecords } from './stage/records.ts';
import { Socket } from './stage/socket.ts';
import type { Server } from './stage/stage.ts';

interface Config {
  origins?: string[];
  limits?: Partial<Limits>;
}

/**
 * Learns what has to be known before the first check: that there is a server, of this protocol, that takes the secret.
 * @param prefix of the one user and group that it makes
 * @throws {CannotRun} saying which of these is not so.
 */
export async function meet({ origin, appId, secret, nodes }: Options, prefix: string): Promise<Server> {
  const records = emptyRecords();
  const http = new Http(origin, records);
  const platform = new Platform(http, secret);

  const app = appId === undefined ? '' : `?appId=${encodeURIComponent(appId)}`;
  const config = await reached(http.ask<Config>('GET', `/api/v1/config${app}`), origin);
  if (config.code !== 0) {
    throw new CannotRun(
      `What answers at ${origin} is no Trialogue server: GET /api/v1/config gave ${said(config)}. Check the URL.`,
    );
  }
  const limits = await http.ask<Partial<Limits>>('GET', '/api/v1/config/limits');

  const userId = `${prefix}-probe`;
  const put = await platform.ask('PUT', `/users/${userId}`, { name: userId, urole: 'user' });
  if (put.code === 401) {
    throw new CannotRun(
      `The server does not take the platform secret (${put.error}). Expected: the secret of an app, as in its DATA_DIR/app-secret or APP_SECRET.`,
    );
  }
  if (put.code !== 0) throw new CannotRun(`The platform API does not work: PUT /users/… gave ${said(put)}.`);
  const { dlgId } = await platform.createGroup([userId]);
  const token = await platform.createToken(userId);
  const entry = await http.ask<{ wsAddress?: string }>('GET', `/api/v1/conversation?groupId=${dlgId}`, {
    bearer: token,
  });
  const wsAddress = entry.data?.wsAddress;
  if (entry.code !== 0 || wsAddress === undefined || !/^wss?:/.test(wsAddress)) {
    throw new CannotRun(`getConversation gives no wsAddress of ws: or wss:, but ${said(entry)} ${wsAddress ?? ''}.`);
  }
  const server = {
    http,
    platform,
    appId,
    secret,
    nodes,
    wsAddress,
    limits: { ...config.data.limits, ...(limits.code === 0 && limits.data) },
    origins: config.data.origins ?? [],
    records,
  };
  await mustSpeak(server);
  return server;
}

async function reached<T>(answer: Promise<Answer<T>>, origin: string): Promise<Answer<T>> {
  try {
    return await answer;
  } catch (error) {
    const why = (error as { seen?: string }).seen ?? (error as Error).message;
    throw new CannotRun(`No server answers at ${origin}: ${why}. Start it, or check the URL.`);
  }
}

async function mustSpeak({ wsAddress, records }: Server): Promise<void> {
  let socket: Socket | undefined;
  try {
    socket = await Socket.dial(wsAddress, records);
    const { versions } = await socket.nextOf('hello');
    if (!versions?.includes(PROTOCOL_VERSION)) {
      throw new CannotRun(
        `The server speaks versions ${versions?.join(', ')} of the wire, this suite speaks ${PROTOCOL_VERSION}. Take the suite of that server's release.`,
      );
    }
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    const why = (error as { seen?: string }).seen ?? String(error);
    throw new CannotRun(
      `The server's wsAddress ${wsAddress} cannot be used: ${why}. Is PUBLIC_URL set so that this machine reaches it?`,
    );
  } finally {
    socket?.cut();
  }
}
