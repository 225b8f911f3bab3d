import { tempFolder } from '../folders.ts';
import type { Result, Stage } from '../scenario.ts';
import { newSetup, startServer, type Server, type Setup } from '../server/server.ts';
import { withPeople, type People, type PeopleOptions } from './people.ts';

export interface PlayOptions extends PeopleOptions {
  setup?: Partial<Setup>;
  dataDir?: string;
  /** The server listens; nobody has connected. */
  beforeClients?: (server: Server) => void;
}

/** A server with a crowd on it, for a scenario to do harm to. */
export interface Play extends People {
  setup: Setup;
  /** The process that runs now. */
  server: Server;
  /** Starts it anew, once it has ended. */
  restart(): Promise<Server>;
}

/** One server on a database of its own, with people on it. */
export async function play(stage: Stage, options: PlayOptions, act: (play: Play) => Promise<void>): Promise<Result> {
  const data = options.dataDir === undefined ? tempFolder('data') : undefined;
  const setup = { ...(await newSetup(stage.bundle, options.dataDir ?? data?.path ?? '')), ...options.setup };
  const running = {
    setup,
    server: await startServer(setup),
    async restart() {
      running.server = await startServer(setup);
      return running.server;
    },
  };
  options.beforeClients?.(running.server);
  const site = {
    origin: () => running.server.origin,
    wsUrl: () => running.server.wsUrl,
    appSecret: setup.appSecret,
    async close() {
      await running.server.kill();
      data?.remove();
    },
  };
  return withPeople(stage, options, site, (people) => act(Object.assign(running, people)));
}
