import { readJson } from '../parts/project.mjs';

const GOOD = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

const isGood = (licence) =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((each) => GOOD.has(each.trim())));

/** Whatever reaches production has a licence that lets people use it freely. */
export function licences() {
  const production = Object.entries(readJson('package-lock.json').packages).filter(
    ([place, each]) => place.includes('node_modules/') && !each.link && !each.dev && !each.devOptional,
  );
  const bad = production.filter(([, { license }]) => !isGood(license ?? 'none'));
  if (bad.length > 0) {
    throw new Error(
      bad.map(([place, { license }]) => `${place}: licence ${license ?? 'none'} is not on the list`).join('\n'),
    );
  }
  return `${production.length} packages`;
}
