import type { ToFrame } from '@trialogue/protocol/host';
import { cy, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { openHost } from './host.ts';
import { readHost } from './readHost.ts';

const desk = 'https://desk.example';
const own = 'https://im.example';
const evil = 'https://evil.example';
const transfer = { action: 'transferUser', payload: { token: 'secret', userId: cy.userId, urole: 'service' } };
const select = { action: 'selectConversation', payload: { dlgId: tea } };

/** A frame and the page around it. */
function embedded() {
  const said: { message: unknown; origin: string }[] = [];
  const parent = { postMessage: (message: unknown, origin: string) => said.push({ message, origin }) };
  const frame = Object.assign(new EventTarget(), { parent, location: { origin: own } }) as unknown as Window;
  const heard: ToFrame[] = [];
  const host = openHost(frame);
  const say = (data: unknown, origin = desk, source: unknown = parent) =>
    frame.dispatchEvent(Object.assign(new Event('message'), { data, origin, source }));
  return { host, heard, said, say, admit: () => host.admit([desk], readHost, (message) => heard.push(message)) };
}

describe('the door to the embedding page', () => {
  test('says `ready` to exactly the allowed origins, and never to all the world', () => {
    const { admit, said } = embedded();
    admit();
    expect(said.map(({ origin }) => origin).sort()).toEqual([desk, own]);
    expect(said[0]?.message).toEqual({ action: 'ready', payload: {} });
  });

  test('hears what came before the list of origins was known, and judges it then', () => {
    const { admit, heard, say } = embedded();
    say(transfer, evil);
    say(transfer);
    expect(heard).toEqual([]);
    admit();
    expect(heard).toEqual([transfer]);
  });

  test('is deaf to an origin that is not on the list, and does not answer it', () => {
    const { admit, heard, said, say } = embedded();
    admit();
    said.length = 0;
    say(transfer, evil);
    say(transfer, 'https://desk.example.evil.example');
    say(transfer, 'null');
    say({ action: 'transferUser', payload: {} }, evil);
    expect(heard).toEqual([]);
    expect(said).toEqual([]);
  });

  test('is deaf to a window that is not the parent, be its origin allowed', () => {
    const { admit, heard, say } = embedded();
    admit();
    say(transfer, desk, { postMessage: () => undefined });
    say(transfer, desk, null);
    expect(heard).toEqual([]);
  });

  test('stays with the first origin that spoke', () => {
    const { admit, heard, host, said, say } = embedded();
    admit();
    say(transfer);
    say(select, own);
    expect(heard).toEqual([transfer]);
    said.length = 0;
    host.say({ action: 'bindUserSuccess', payload: { userId: cy.userId } });
    expect(said.map(({ origin }) => origin)).toEqual([desk]);
  });

  test('says nothing to anybody before somebody allowed has spoken', () => {
    const { admit, host, said } = embedded();
    admit();
    said.length = 0;
    host.say({ action: 'bindUserSuccess', payload: { userId: cy.userId } });
    expect(said).toEqual([]);
  });

  test('drops messages of other shapes; a wrong one of ours is told what is wrong, without what it held', () => {
    const { admit, heard, said, say } = embedded();
    admit();
    said.length = 0;
    for (const data of [null, 'transferUser', [], {}, { action: 'reload' }, { type: 'webpackOk' }]) say(data);
    expect(said).toEqual([]);
    say({ action: 'transferUser', payload: { token: 'secret', userId: 'no blanks' } });
    expect(said).toEqual([
      {
        message: { action: 'error', payload: { error: 'request.malformed', msg: expect.stringContaining('userId') } },
        origin: desk,
      },
    ]);
    expect(JSON.stringify(said)).not.toContain('secret');
    expect(heard).toEqual([]);
  });

  test('hears nothing more once it is closed', () => {
    const { admit, heard, host, say } = embedded();
    admit();
    host.close();
    say(transfer);
    expect(heard).toEqual([]);
  });
});
