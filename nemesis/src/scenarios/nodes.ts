import { startBalancer, type Nats, type Postgres } from '@trialogue/testkit/servers';

import { startLink, type Link } from '../faults/link.ts';
import { tempFolder } from '../folders.ts';
import { hold, type Result, type Stage } from '../scenario.ts';
import { backing } from '../server/backing.ts';
import { newSetup, startServer, type Server, type Setup } from '../server/server.ts';
import { comesTrue, sleep } from '../time.ts';
import { withPeople, type People, type PeopleOptions } from './people.ts';

export interface NodesOptions extends PeopleOptions {
  nodes: number;
  limits?: Record<string, number>;
  /** Further settings of one node. */
  envOf?: (at: number) => Record<string, string>;
}

/** One node, with its own ways to what it needs. */
export interface PlayedNode {
  server: Server;
  database: Link;
  bus: Link;
}

/** Several nodes behind a balancer, with people on all of them, for a scenario to do harm to. */
export interface PlayNodes extends People {
  nodes: PlayedNode[];
  postgres: Postgres;
  nats: Nats;
  /** The balancer gives no more connections to this node; `undefined`: to all, in turn. */
  avoid(at: number | undefined): void;
  /** Starts a node anew, once it has ended. */
  restart(at: number): Promise<void>;
  /** Everybody comes anew, so that every conversation has people on all nodes. */
  spread(): Promise<void>;
}

const HOME_MS = 60_000;
/** Before the first look of a node, which comes after eight seconds. */
const HEARD_MS = 4_000;
const SPOKEN_MS = 300;

let plays = 0;

export async function playNodes(
  stage: Stage,
  options: NodesOptions,
  act: (play: PlayNodes) => Promise<void>,
): Promise<Result> {
  const { postgres, nats, masterKey } = await backing();
  const data = tempFolder('nodes');
  const balancer = await startBalancer();
  const first = await newSetup(stage.bundle, data.path);
  const appId = `nemesis-${++plays}`;
  const setups: Setup[] = [];
  const nodes: PlayedNode[] = [];
  const at = new URL(postgres.url);
  for (let node = 0; node < options.nodes; node++) {
    const [database, bus] = [await startLink(Number(at.port)), await startLink(Number(new URL(nats.url).port))];
    const { port } = await newSetup(stage.bundle, data.path);
    const env = {
      APP_ID: appId,
      PUBLIC_URL: `http://127.0.0.1:${balancer.port}`,
      DATABASE_URL: `${at.protocol}//${at.username}@127.0.0.1:${database.port}${at.pathname}`,
      NATS_URL: `nats://127.0.0.1:${bus.port}`,
      ...options.envOf?.(node),
    };
    const setup = { ...first, masterKey, port, env, ...(options.limits && { limits: options.limits }) };
    setups.push(setup);
    nodes.push({ server: await startServer(setup), database, bus });
  }
  const avoid = (avoided?: number) => {
    balancer.to = setups.filter((_, each) => each !== avoided).map(({ port }) => port);
  };
  avoid();
  const site = {
    origin: () => `http://127.0.0.1:${balancer.port}`,
    wsUrl: () => `ws://127.0.0.1:${balancer.port}/ws`,
    appSecret: first.appSecret,
    async close() {
      balancer.close();
      await Promise.all(nodes.map(({ server }) => server.kill()));
      for (const { database, bus } of nodes) for (const link of [database, bus]) link.close();
      data.remove();
    },
  };
  return withPeople(stage, options, site, async (people) => {
    const play = {
      ...people,
      nodes,
      postgres,
      nats,
      avoid,
      async restart(which: number) {
        const [node, setup] = [nodes[which], setups[which]];
        if (node && setup) node.server = await startServer(setup);
      },
      async spread() {
        const from = performance.now();
        for (const client of people.crowd.clients) client.cut();
        await people.crowd.allHome(from, HOME_MS);
      },
    };
    await hearEachOther(play);
    await act(play);
    const gone = nodes.flatMap(({ server }, each) =>
      server.end() ? [`${named(each)} ended by itself: ${server.lastWords().slice(-600)}`] : [],
    );
    hold(people.result, gone.length === 0, gone.join('\n'));
  });
}

/** One speaks in each conversation, and those on other nodes hear it by the bus, and not by the look of each ten seconds (I35). */
export async function hearEachOther({ crowd, result }: Pick<PlayNodes, 'crowd' | 'result'>): Promise<void> {
  await crowd.settle(HOME_MS);
  const speakers = crowd.clients.filter(({ proc }) => proc.endsWith('-0'));
  for (const speaker of speakers) {
    speaker.isSending = true;
    speaker.wake();
  }
  await sleep(SPOKEN_MS);
  for (const speaker of speakers) speaker.isSending = false;
  const isHeard = await comesTrue(() => speakers.every((one) => one.isIdle()) && crowd.isLevel(), HEARD_MS);
  hold(
    result,
    isHeard,
    `who is on another node heard nothing for ${HEARD_MS / 1_000} s, though nothing was wrong (I35)`,
  );
  crowd.send(true);
}

/** One value of what a node counts. */
export async function counted({ server }: PlayedNode, name: string): Promise<number> {
  const page = await (await fetch(`${server.origin}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1] ?? 0);
}

/** A name for the people who read a history. */
export const named = (at: number): string => `node ${at + 1}`;
