import { readJson } from './project.mjs';

/**
 * Every package of others that reaches production, as the lock has it: what asks for it, and by which of ours it is
 * reached first. A package that lies in several places in one version is one.
 *
 * @typedef {{ name: string, version: string, licence: string, integrity: string | undefined, by: string[],
 *   path: string[], needs: string[] }} Shipped `path` from one of ours to it; `needs` and `by` as `name@version`
 * @returns {Shipped[]} by name.
 */
export function shipped() {
  const { packages } = readJson('package-lock.json');
  const found = new Map();
  const seen = new Set();
  let places = Object.keys(packages)
    .filter((place) => place !== '' && !place.includes('node_modules/'))
    .map((place) => ({ place, path: [place.split('/').at(-1)] }));
  while (places.length > 0) {
    const next = [];
    for (const { place, path } of places) {
      const own = packages[place];
      for (const name of namesNeeded(own)) {
        const at = resolved(packages, place, name);
        // A package of ours is a beginning by itself; of an optional one there may be nothing.
        if (at === undefined || packages[at].link) continue;
        const it = entryOf(found, name, packages[at], [...path, name]);
        const asker = place.includes('node_modules/') ? idOf(nameAt(place), own) : path[0];
        if (!it.by.includes(asker)) it.by.push(asker);
        const asking = found.get(asker);
        const id = idOf(name, packages[at]);
        if (asking && !asking.needs.includes(id)) asking.needs.push(id);
        if (seen.has(at)) continue;
        seen.add(at);
        next.push({ place: at, path: [...path, name] });
      }
    }
    places = next;
  }
  // Who asks is told by what is asked for: a package that the lock ships and nobody asks for is a mistake of this walk.
  const inLock = Object.keys(packages).filter((place) => isShipped(place, packages[place]));
  const strays = inLock.filter((place) => !seen.has(place));
  if (strays.length > 0) throw new Error(`package-lock.json ships what nobody asks for: ${strays.join(', ')}`);
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

export const idOf = (name, { version }) => `${name}@${version}`;

const isShipped = (place, { link, dev, devOptional }) =>
  place.includes('node_modules/') && !link && !dev && !devOptional;

const nameAt = (place) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

function namesNeeded({
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}) {
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [...new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers])];
}

/** As Node looks for it, from the folder up. */
function resolved(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[place]) return place;
    if (folder === '') return undefined;
  }
}

function entryOf(found, name, { version, license, integrity }, path) {
  const id = idOf(name, { version });
  const known = found.get(id);
  if (known) return known;
  const it = { name, version, licence: license ?? 'none', integrity, by: [], path, needs: [] };
  found.set(id, it);
  return it;
}
