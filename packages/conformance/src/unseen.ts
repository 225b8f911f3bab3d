/** Invariants that cannot be seen through sockets and HTTP, and where else they are proved. */
export const unseen: readonly { about: string; title: string; why: string }[] = [
  {
    about: 'I8',
    title: 'Every disk image holds what was acked before',
    why: 'needs the server’s disk: power-cut images',
  },
  { about: 'I29', title: 'A rolling restart loses nothing', why: 'needs to restart the server’s nodes' },
  { about: 'I30', title: 'SIGTERM ends within 30 s, no ack after close', why: 'needs to stop the server' },
  { about: 'I31', title: 'A full disk refuses, and recovers', why: 'needs to fill the server’s disk' },
  { about: 'I32', title: 'No ack after an fsync error', why: 'needs to break the server’s disk' },
  { about: 'I33', title: 'A corrupt file or wrong pragma stops the start', why: 'needs the server’s files' },
  { about: 'I35', title: 'A lossy bus costs latency only', why: 'needs the bus between the nodes' },
  { about: 'I36', title: 'A node without its database acks nothing', why: 'needs to cut a node off' },
  { about: 'I39', title: 'A changed envelope does not open', why: 'opening is the client’s: packages/crypto/vectors' },
];
