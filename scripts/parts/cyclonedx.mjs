import { idOf } from './shipped.mjs';

/** The same list for programs: CycloneDX 1.5. It holds no time and no chance, so the same lock gives the same list. */
export function cyclonedx({ name, version, license }, packages) {
  const own = {
    type: 'application',
    'bom-ref': idOf(name, { version }),
    name,
    version,
    licenses: [{ license: { id: license } }],
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: own },
    components: packages.map((it) => ({
      type: 'library',
      'bom-ref': idOf(it.name, it),
      name: it.name,
      version: it.version,
      purl: `pkg:npm/${it.name.replace('@', '%40')}@${it.version}`,
      licenses: [/^[\w.-]+$/.test(it.licence) ? { license: { id: it.licence } } : { expression: it.licence }],
      hashes: hashesOf(it.integrity),
    })),
    dependencies: [
      {
        ref: own['bom-ref'],
        dependsOn: packages.filter(({ path }) => path.length === 2).map((it) => idOf(it.name, it)),
      },
      ...packages.map((it) => ({ ref: idOf(it.name, it), dependsOn: it.needs.toSorted() })),
    ],
  };
}

/** npm writes `sha512-<base64>`; CycloneDX wants hexadecimal. */
const hashesOf = (integrity = '') =>
  [...integrity.matchAll(/sha512-(\S+)/g)].map(([, base64]) => ({
    alg: 'SHA-512',
    content: Buffer.from(base64, 'base64').toString('hex'),
  }));
