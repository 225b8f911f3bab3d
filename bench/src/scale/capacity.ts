import type { Costs, Prices, Shape, Workload } from './inputs.ts';

const DAY_S = 86_400;
const MICROS = 1e6;
const GB = 1e9;

/** What a workload asks for, a second at its busiest unless it says otherwise. */
export interface Load {
  messages: number;
  messagesOfDay: number;
  marks: number;
  /** What a node tells the others. */
  notices: number;
  deliveries: number;
  pings: number;
  /** Rows that the looks of all nodes ask PostgreSQL for. */
  looks: number;
  storedGb: number;
  fileGb: number;
  filesOfDay: number;
}

export function loadOf(work: Workload, costs: Costs): Load {
  const messagesOfDay = work.connected * work.messagesPerDay;
  const messages = (messagesOfDay / DAY_S) * work.peak;
  const marks = messages * work.readers * work.marks;
  const filesOfDay = (messagesOfDay * work.filesPercent) / 100;
  return {
    messages,
    messagesOfDay,
    marks,
    notices: messages + marks,
    // And the sender's ack; of marks each of the others hears.
    deliveries: messages * (work.readers + 1) + marks * work.readers,
    pings: work.connected / costs.pingSeconds,
    // The conversation that is open, and the session of the socket.
    looks: (2 * work.connected) / costs.lookSeconds,
    storedGb: (messagesOfDay * work.keptDays * costs.rowBytes) / GB,
    fileGb: (filesOfDay * work.keptDays * work.fileBytes) / GB,
    filesOfDay,
  };
}

/** How many of something each of its limits would ask for: the largest decides. */
export type Need = Readonly<Record<string, number>>;

const most = (need: Need): number => Math.max(1, ...Object.values(need).map((count) => Math.ceil(count - 1e-9)));

export const deciding = (need: Need): string =>
  Object.entries(need).reduce((largest, each) => (each[1] > largest[1] ? each : largest))[0];

/** Where all is in one cell: nodes that hear each other, one PostgreSQL, one bus. A cell is copied, never stretched. */
export interface Plan {
  load: Load;
  cells: number;
  whyCells: Need;
  nodesPerCell: number;
  nodes: number;
  whyNodes: Need;
  databases: number;
  databaseCores: number;
  /** How full what decides is: above 1 it is broken. */
  fullest: { what: string; share: number };
}

/** How much more than the two cores that were measured so many can do: less than one would like. */
export const databasePower = (cores: number, { databaseGain }: Shape): number => 1 + (cores / 2 - 1) * databaseGain;

/** Share of one PostgreSQL that a load takes. */
function databaseShare(load: Load, cores: number, costs: Costs, shape: Shape) {
  const power = databasePower(cores, shape);
  return {
    writes: (load.messages / costs.rowsPerSecond + load.marks / costs.marksPerSecond) / power,
    // The two cores that were measured.
    looks: (load.looks * costs.lookMicros) / (2 * MICROS * power),
  };
}

/** Share of what one PostgreSQL can answer while all come back within the time for it. */
const backShare = (work: Workload, cores: number, costs: Costs, shape: Shape): number =>
  (work.connected * costs.backReads) / (shape.backWithinSeconds * costs.readsPerSecond * databasePower(cores, shape));

/** Seconds of a core each second, of all nodes together, without what they hear of each other. */
function nodeWork(load: Load, costs: Costs): number {
  const micros =
    (load.messages + load.marks) * costs.sendMicros +
    load.deliveries * costs.deliveryMicros +
    load.pings * costs.pingMicros;
  return micros / MICROS;
}

/** Seconds of a core each second, at every node of one cell: it hears all that the others tell. */
const hearing = (notices: number, costs: Costs): number => (notices * costs.hearMicros) / MICROS;

/** Nodes that a load takes when all of them hear all of it; undefined when hearing alone fills them. */
function nodesFor(load: Load, connected: number, costs: Costs, shape: Shape): Need | undefined {
  const left = shape.full - hearing(load.notices, costs);
  if (left <= 0) return undefined;
  const memory = 2e9 * (shape.full + 0.25) - costs.nodeBytes;
  return {
    sockets: connected / (shape.socketsPerNode * 0.75),
    memory: (connected * costs.socketBytes) / memory,
    work: nodeWork(load, costs) / left,
    // One of them may always be away.
    spare: 2,
  };
}

/** The fewest cells in which nothing is over what it may be, with no larger databases than that takes. */
export function plan(work: Workload, costs: Costs, shape: Shape): Plan {
  const all = shape.databaseCores.map((cores) => planWith(cores, work, costs, shape));
  const fewest = Math.min(...all.map(({ cells }) => cells));
  return all.find(({ cells }) => cells === fewest) as Plan;
}

function planWith(cores: number, work: Workload, costs: Costs, shape: Shape): Plan {
  const load = loadOf(work, costs);
  const share = databaseShare(load, cores, costs, shape);
  const alone = most(nodesFor(scaled(load, 0), work.connected, costs, shape) ?? {});
  const whyCells: Need = {
    'writes and looks of PostgreSQL': (share.writes + share.looks) / shape.full,
    'reads when all come back': backShare(work, cores, costs, shape),
    'size of PostgreSQL': load.storedGb / shape.databaseMostGb,
    'notices that every node hears': hearing(load.notices, costs) / (shape.full / 2),
    'connections to PostgreSQL': (alone * costs.connectionsPerNode) / shape.databaseConnections,
  };
  const cells = most(whyCells);
  const ofCell = scaled(load, 1 / cells);
  const whyNodes = nodesFor(ofCell, work.connected / cells, costs, shape) ?? {};
  const nodesPerCell = most(whyNodes);
  const what = deciding(whyCells);
  return {
    load,
    cells,
    whyCells,
    nodesPerCell,
    nodes: cells * nodesPerCell,
    whyNodes,
    databases: cells * shape.databaseCopies,
    databaseCores: cells * shape.databaseCopies * cores,
    fullest: { what, share: ((whyCells[what] ?? 0) / cells) * shape.full },
  };
}

function scaled(load: Load, by: number): Load {
  // The type does not follow what is made from its names.
  return Object.fromEntries(
    Object.entries(load).map(([name, value]) => [name, (value as number) * by]),
  ) as unknown as Load;
}

/** One cell, however much is put into it: how full each part is. Above 1 it is broken. */
export function fullness(work: Workload, costs: Costs, shape: Shape): Record<string, number> {
  const load = loadOf(work, costs);
  const cores = Math.max(...shape.databaseCores);
  const share = databaseShare(load, cores, costs, shape);
  const nodes = most(nodesFor(scaled(load, 0), work.connected, costs, shape) ?? {});
  return {
    'PostgreSQL: connections': (nodes * costs.connectionsPerNode) / shape.databaseConnections,
    'PostgreSQL: reads when all come back': backShare(work, cores, costs, shape),
    'PostgreSQL: writes': share.writes,
    'PostgreSQL: looks': share.looks,
    'PostgreSQL: size': load.storedGb / shape.databaseMostGb,
    'each node: notices of the others': hearing(load.notices, costs),
    'NATS: notices out': (load.notices * nodes) / costs.noticesPerSecond,
  };
}

/** For a month, by what it is spent on. */
export function money(work: Workload, planned: Plan, prices: Prices, costs: Costs): Record<string, number> {
  const { load } = planned;
  const filesOfMonth = load.filesOfDay * 30;
  const deliveredGb = (load.messagesOfDay * 30 * (work.readers + 1) * costs.rowBytes) / GB;
  return {
    nodes: planned.nodes * prices.coreMonth,
    // Three members of the bus in each cell.
    bus: planned.cells * 3 * 2 * prices.coreMonth,
    'PostgreSQL, cores': planned.databaseCores * prices.coreMonth,
    'PostgreSQL, disk': load.storedGb * (planned.databases / planned.cells) * prices.diskGbMonth,
    files: load.fileGb * prices.objectGbMonth + (filesOfMonth / 1000) * prices.putsThousand,
    'to the internet': (deliveredGb + (filesOfMonth * work.fileBytes * work.downloadsPerFile) / GB) * prices.egressGb,
  };
}

export const total = (parts: Record<string, number>): number =>
  Object.values(parts).reduce((sum, each) => sum + each, 0);
