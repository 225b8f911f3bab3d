import { describe, expect, it } from 'vitest';

import { readOptions } from './options.ts';

const sides = ['trialogue', 'socketio-mem'];

describe('the options of the bench', () => {
  it('are everything of ours in full, unless said otherwise', () => {
    expect(readOptions([], sides)).toMatchObject({ quick: false, peers: false, page: false });
    expect(readOptions([], sides).only).toContain('S8');
    expect(readOptions([], sides)).not.toHaveProperty('sides');
  });

  it('take sides and scenarios by name', () => {
    expect(readOptions(['--sides', 'socketio-mem', '--only', 'S1,S2'], sides)).toMatchObject({
      sides: ['socketio-mem'],
      only: ['S1', 'S2'],
    });
  });

  it('say which name is wrong, and what there is', () => {
    expect(() => readOptions(['--sides', 'trialogue,irc'], sides)).toThrow(
      /--sides has "irc".*trialogue, socketio-mem/s,
    );
    expect(() => readOptions(['--only', 'S4'], sides)).toThrow(/--only has "S4".*S3, S1/s);
  });
});
