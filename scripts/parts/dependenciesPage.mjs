import { idOf } from './shipped.mjs';

/** Why we ask for each; the rest comes along with them. */
const reasons = {
  '@fastify/cors': 'which other sites may call the API',
  '@fastify/multipart': 'uploads that come as a form',
  '@fastify/static': 'the files of the page and of the SDK',
  '@nats-io/transport-node': 'the bus between nodes, where there are several',
  '@noble/ciphers': 'XChaCha20-Poly1305, audited, without WebAssembly',
  '@photostructure/sqlite': 'the embedded database, the same from Node 20 on',
  aws4fetch: 'signing what is asked of an S3-compatible store',
  axios: 'HTTP in the page, as the seed has it',
  fastify: 'HTTP in the server',
  'file-type': 'what a file is, by its first bytes',
  jose: 'signing and checking tickets and tokens',
  pg: 'PostgreSQL, where there are several nodes',
  pino: 'logs',
  pinia: 'state of the page, as the seed has it',
  'prom-client': 'metrics',
  uqr: 'the QR code of a link',
  vue: 'the page',
  'vue-router': 'its addresses',
  ws: 'WebSockets in the server and in the conformance suite',
};

const isDirect = ({ path }) => path.length === 2;

/**
 * docs/DEPENDENCIES.md, all of it but for what a registry alone knows: `publishedAt` gives the day of a `name@version`.
 *
 * @throws {Error} when a reason is missing, or stands for something that is gone.
 */
export function dependenciesPage(packages, publishedAt) {
  const direct = packages.filter(isDirect);
  const names = new Set(direct.map(({ name }) => name));
  const unsaid = [...names].filter((name) => !Object.hasOwn(reasons, name));
  const gone = Object.keys(reasons).filter((name) => !names.has(name));
  if (unsaid.length > 0) throw new Error(`scripts/parts/dependenciesPage.mjs does not say why: ${unsaid.join(', ')}`);
  if (gone.length > 0)
    throw new Error(`scripts/parts/dependenciesPage.mjs gives reasons for what is gone: ${gone.join(', ')}`);

  const licences = Object.entries(byLicence(packages))
    .map(([licence, all]) => `${licence} ${all.length}`)
    .sort();
  const day = (it) => publishedAt.get(idOf(it.name, it)) ?? '–';
  const rows = (all, last) =>
    all.map((it) => `| ${it.name} | ${it.version} | ${day(it)} | ${it.licence} | ${last(it)} |`).join('\n');
  const others = packages.filter((it) => !isDirect(it));
  return `# What ships that others wrote

Written by \`npm run sbom\`, which also writes a CycloneDX list with hashes to \`.artifacts/sbom.cdx.json\`; \`npm run check -- dependencies\` fails when this page
is behind the lock. ${packages.length} packages, ${direct.length} of them asked for by ours; the others come along. Versions are pinned to the letter, with their hashes, and none
runs anything when it is installed. Licences: ${licences.join(', ')}.

"Published" is the day on which this version was first to be had, where the registry was asked: \`npm run sbom -- --ages\` asks for our own ones that have no day yet, \`--ages all\` for every one.

## Asked for

| package | version | published | licence | by, and what for |
|---|---|---|---|---|
${rows(direct, ({ name, by }) => `${by.filter((each) => !each.includes('@')).join(', ')}: ${reasons[name]}`)}

## Come along

| package | version | published | licence | by way of |
|---|---|---|---|---|
${rows(others, ({ path }) => path.slice(0, -1).join(' › '))}
`;
}

const byLicence = (packages) => {
  const all = {};
  for (const it of packages) (all[it.licence] ??= []).push(it);
  return all;
};

/** The days that a page has, by `name@version`. */
export const daysIn = (page) =>
  new Map(
    [...page.matchAll(/^\| (\S+) \| (\S+) \| (\d{4}-\d\d-\d\d) \|/gm)].map(([, name, version, day]) => [
      idOf(name, { version }),
      day,
    ]),
  );
