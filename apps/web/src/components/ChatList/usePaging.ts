import type { ListProps } from './listProps.ts';

type Side = 'older' | 'newer';

/** Asks for more at an edge of what is held: one question at a time, and not twice at the same place. */
export function usePaging(props: Pick<ListProps, 'entries' | Side>, ask: (side: Side) => void) {
  const askedAt = { older: '', newer: '' };
  return {
    askFor(side: Side): void {
      const { entries } = props;
      const place = `${entries.length}:${(side === 'older' ? entries[0] : entries.at(-1))?.key ?? ''}`;
      if (props[side] !== 'more' || place === askedAt[side]) return;
      askedAt[side] = place;
      ask(side);
    },
    retry(side: Side): void {
      askedAt[side] = '';
      ask(side);
    },
  };
}
