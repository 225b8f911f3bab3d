/** One number that the model stands on, and where it comes from. */
export interface Input {
  value: number;
  unit: string;
  /** `measured`: on our machine, two cores of 2.3 GHz. `counted`: read in the sources. `assumed`: nobody measured it here. */
  from: 'measured' | 'counted' | 'assumed';
  why: string;
}

const measured = (value: number, unit: string, why: string): Input => ({ value, unit, from: 'measured', why });
const counted = (value: number, unit: string, why: string): Input => ({ value, unit, from: 'counted', why });
const assumed = (value: number, unit: string, why: string): Input => ({ value, unit, from: 'assumed', why });

/** What one thing costs. Everything in docs/SCALE.md follows from these: change one, run `npm run scale`. */
export const costs = {
  deliveryMicros: measured(6, 'µs of a node', 'one frame to one socket, thinly spread traffic; bursts cost less'),
  sendMicros: measured(
    115,
    'µs of a node',
    'one message in: decode, door, storage, frame, ack; S1 at its limit, less its four deliveries',
  ),
  hearMicros: assumed(8, 'µs of a node', 'one notice from another node: parse, and find nobody'),
  pingMicros: assumed(20, 'µs of a node', 'one ping and its pong'),
  pingSeconds: counted(25, 's', 'limits.pingMs'),
  lookSeconds: counted(10, 's', 'limits.reconcileMs: each open conversation and each session is looked for'),
  lookMicros: assumed(6, 'µs of PostgreSQL', 'one row of a look, by its key, 500 in a question'),
  socketBytes: measured(11_000, 'bytes of a node', 'a silent socket that has one conversation open, of 5,000 (S4)'),
  nodeBytes: measured(175_000_000, 'bytes of a node', 'before the first socket (S4)'),
  rowsPerSecond: measured(20_700, 'messages/s', 'PostgreSQL 15 on two cores, 50 in a commit, every commit on disk'),
  marksPerSecond: measured(
    7_740,
    'marks/s',
    'PostgreSQL, one row in a commit, sixteen connections: marks, if none share one',
  ),
  rowBytes: measured(606, 'bytes', 'one message of 400 bytes in PostgreSQL, with its indexes'),
  readsPerSecond: measured(
    3_110,
    'reads/s',
    'last 50 messages out of PostgreSQL, eight at a time, on two cores; other reads are counted as these',
  ),
  backReads: counted(4, 'reads', 'what a socket that comes back asks of PostgreSQL: session, member, head, page'),
  noticesPerSecond: measured(257_000, 'notices/s', 'NATS on one machine, not batched'),
  connectionsPerNode: counted(15, 'connections', 'what one node holds open to PostgreSQL (storage/postgres/store.ts)'),
  upgradesPerSecond: counted(500, 'sockets/s of a node', 'limits.upgradesPerSecond'),
  socketsPerNode: counted(8_000, 'sockets', 'limits.socketsPerNode, as it comes'),
} as const satisfies Record<string, Input>;

export type Costs = { readonly [Name in keyof typeof costs]: number };

export const valuesOf = (inputs: Record<keyof Costs, Input>): Costs =>
  Object.fromEntries(Object.entries(inputs).map(([name, { value }]) => [name, value])) as Costs;

/** What people do. A shop's, as an example; put in your own. */
export interface Workload {
  /** Sockets that are open at the busiest time of the day. */
  connected: number;
  /** Messages that each of these sends in a day; and how much more the busiest second has than the mean of the day. */
  messagesPerDay: number;
  peak: number;
  /** Sockets that hear of a message, the sender's own not among them. */
  readers: number;
  /** Marks of each reader for one message, received and read: many messages often share one. */
  marks: number;
  /** Messages of a hundred that are a file, and how large it is with its small copy. */
  filesPercent: number;
  fileBytes: number;
  keptDays: number;
  downloadsPerFile: number;
}

export const shop = (connected: number): Workload => ({
  connected,
  messagesPerDay: 10,
  peak: 3,
  readers: 1.5,
  marks: 1,
  filesPercent: 4,
  fileBytes: 300_000,
  keptDays: 180,
  downloadsPerFile: 2,
});

/** What is bought, as the reader sets it. */
export interface Prices {
  currency: string;
  /** A core with 2 GB, for a month. */
  coreMonth: number;
  /** A gigabyte of a database's disk, and of objects, for a month. */
  diskGbMonth: number;
  objectGbMonth: number;
  /** A thousand requests that write an object. */
  putsThousand: number;
  /** A gigabyte to the internet. */
  egressGb: number;
}

/** Of no provider: round numbers of the size that large ones ask for in 2026. */
export const examplePrices: Prices = {
  currency: 'USD',
  coreMonth: 25,
  diskGbMonth: 0.12,
  objectGbMonth: 0.023,
  putsThousand: 0.005,
  egressGb: 0.05,
};

/** How it is built. */
export interface Shape {
  /** A machine is filled up to this, so that a third of them may go and bursts have room. */
  full: number;
  /** LIMITS socketsPerNode: what a node of one core and 2 GB is set to. */
  socketsPerNode: number;
  /** Cores that a PostgreSQL may have, the least first, and how much of the first pair each further one adds. Measured are two. */
  databaseCores: readonly number[];
  databaseGain: number;
  /** Copies of a database that have a machine of their own, the first among them. */
  databaseCopies: number;
  /** What is bearable to look after and to restore. */
  databaseMostGb: number;
  /** When all of a cell lose their sockets at once, PostgreSQL has to be able to answer all of them within this. */
  backWithinSeconds: number;
  /** Connections that a PostgreSQL takes without a pooler. */
  databaseConnections: number;
}

export const shape: Shape = {
  full: 0.5,
  socketsPerNode: 20_000,
  databaseCores: [2, 4, 8, 16],
  databaseGain: 0.6,
  databaseCopies: 3,
  databaseMostGb: 4_000,
  backWithinSeconds: 180,
  databaseConnections: 600,
};
