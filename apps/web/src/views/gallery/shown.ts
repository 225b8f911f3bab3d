import { defineAsyncComponent, type Component } from 'vue';

type States = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const parts = import.meta.glob<{ default: Component }>('../../**/*.vue');
const files = import.meta.glob<{ states: States }>('../../**/*.states.ts');

/** What lies over the page, and would cover the others: shown in a frame of its own. */
const layer = /(Dialog|Sheet|Lightbox|Picker|List)\.vue$/;

export interface Shown {
  /** Of the component's file. */
  name: string;
  /** The folder it lies in: pictures are taken by it. */
  group: string;
  part: Component;
  states: States;
  isLayer: boolean;
}

/** All components that have states, by folder and name. */
export async function allShown(): Promise<Shown[]> {
  const found = Object.entries(files).map(async ([path, load]) => {
    const file = path.replace(/\.states\.ts$/, '.vue');
    const part = parts[file];
    if (!part) throw new Error(`${path} stands beside no component: expected ${file}`);
    const [group = '', name = ''] = file.split('/').slice(-2);
    const shown: Shown = {
      name: name.replace(/\.vue$/, ''),
      group: group === '..' ? 'components' : group,
      part: defineAsyncComponent(async () => (await part()).default),
      states: (await load()).states,
      isLayer: layer.test(file),
    };
    return shown;
  });
  return (await Promise.all(found)).sort((a, b) => `${a.group} ${a.name}`.localeCompare(`${b.group} ${b.name}`));
}
