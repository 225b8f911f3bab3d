/**
 * Who may import whom. ARCHITECTURE.md draws the same arrows.
 *
 *   protocol   crypto          leaves: no I/O, run anywhere
 *    ▲    ▲      ▲
 *    │    └──┬───┘
 *  server   sdk                know the wire, never each other
 *            ▲
 *        apps/web              the SDK's index and protocol; never frames, never sockets
 */
const only = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** Tests, and what only tests use. The same list as in scripts/checks/imports.mjs. */
const TESTS = '\\.test\\.ts$|(UnderTest|/fakes|/fixture|/crashWriter)\\.ts$';

module.exports = {
  forbidden: [
    only(
      'no-circles',
      'A circle cannot be read from any end.',
      {},
      {
        circular: true,
        viaOnly: { dependencyTypesNot: ['type-only'] },
      },
    ),
    only('resolvable', 'What is imported exists.', {}, { couldNotResolve: true }),
    only(
      'protocol-is-a-leaf',
      'The words both ends share need nobody.',
      { path: '^packages/protocol/' },
      { path: '^(packages/(?!protocol/)|apps/|stories/|bench/|nemesis/|fuzz/)' },
    ),
    only(
      'crypto-is-a-leaf',
      'Bytes in, bytes out.',
      { path: '^packages/crypto/' },
      { path: '^(packages/(?!crypto/)|apps/|stories/|bench/|nemesis/|fuzz/)' },
    ),
    only(
      'testkit-knows-protocol',
      'The cast and the fakes know the words, and nobody who speaks them.',
      { path: '^packages/testkit/' },
      { path: '^(packages/(?!testkit/|protocol/)|apps/|stories/|bench/|nemesis/|fuzz/)' },
    ),
    only(
      'sdk-knows-the-wire',
      'The SDK knows protocol and crypto.',
      { path: '^packages/sdk/src', pathNot: TESTS },
      { path: '^(packages/(?!sdk/|protocol/|crypto/)|apps/|stories/|bench/|nemesis/|fuzz/)' },
    ),
    only(
      'server-knows-the-wire',
      'The server knows protocol and crypto.',
      { path: '^packages/server/src', pathNot: TESTS },
      { path: '^(packages/(?!server/|protocol/|crypto/)|apps/|stories/|bench/|nemesis/|fuzz/)' },
    ),
    only(
      'conformance-knows-the-wire',
      'The suite speaks the public contract, and looks behind no server.',
      { path: '^packages/conformance/src', pathNot: TESTS },
      { path: '^(packages/(?!conformance/|protocol/|crypto/)|apps/|stories/|bench/|nemesis/|fuzz/)' },
    ),
    only(
      'web-knows-the-sdk',
      'The web client knows the SDK and protocol; of crypto, how files are sealed.',
      { path: '^apps/web/src', pathNot: TESTS },
      { path: '^(packages/(?!sdk/|protocol/|crypto/src/(sealedFile|base64url)\\.ts$)|stories/|bench/|nemesis/|fuzz/)' },
    ),
    only(
      'web-enters-by-the-front-door',
      'Of the SDK, the web client sees the index; of protocol, never the frames.',
      { path: '^apps/web/src', pathNot: TESTS },
      { path: '^packages/(sdk/src/(?!index\\.ts$)|protocol/src/frames\\.ts$)' },
    ),
    only(
      'tests-only',
      'The cast lives in tests.',
      { path: '^(packages|apps)/', pathNot: [TESTS, '^packages/testkit/'] },
      { path: '^packages/testkit/' },
    ),
    only(
      'helpers-of-tests',
      'What only tests use ships with nothing.',
      { path: '^(packages|apps)/', pathNot: [TESTS, '^packages/testkit/'] },
      { path: TESTS },
    ),
    only(
      'nobody-knows-the-server',
      'Only the seeded world, the bench and the tests of the conformance suite start one.',
      { path: '^(packages/(?!server/)|apps/)', pathNot: '^packages/conformance/src/.*(\\.test|UnderTest)\\.ts$' },
      { path: '^packages/server/' },
    ),
    only(
      'no-node-in-the-browser',
      'A browser has no node: modules.',
      { path: '^(packages/(protocol|crypto|sdk)|apps/web)/src', pathNot: TESTS },
      { dependencyTypes: ['core'] },
    ),
    only(
      'chat-needs-ports-only',
      'What members may do knows neither SQL nor sockets nor HTTP.',
      { path: '^packages/server/src/chat/', pathNot: TESTS },
      { path: '^packages/server/src/(storage|gateway|http|demo)/' },
    ),
    only(
      'storage-stands-alone',
      'The database knows the ports that it fills in.',
      { path: '^packages/server/src/storage/', pathNot: TESTS },
      { path: '^packages/server/src/(gateway|http|demo)/' },
    ),
    only(
      'doors-do-not-know-each-other',
      'Sockets and HTTP call the same functions, not each other, and never the database.',
      { path: '^packages/server/src/(gateway|http)/', pathNot: TESTS },
      { path: '^packages/server/src/(storage|bus)/' },
    ),
    only(
      'one-file-wires',
      'Only main.ts and node.ts know all the parts.',
      { path: '^packages/server/src/', pathNot: [TESTS, '/(main|node|index)\\.ts$'] },
      { path: '^packages/server/src/(main|node)\\.ts$' },
    ),
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'dist'] },
    exclude: { path: ['\\.tsc/', '(^|/)dist/', 'coverage', '\\.artifacts/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@trialogue/source', 'types', 'import', 'require', 'node', 'default'],
      extensions: ['.ts', '.vue', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
    tsConfig: { fileName: 'tsconfig.base.json' },
  },
};
