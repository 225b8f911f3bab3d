import { randomBytes } from 'node:crypto';

import { KEY_BYTES, printKeyring, seal } from '@trialogue/crypto';
import { id, type AppId, type ClientMsgId, type DlgId, type Urole, type UserId } from '@trialogue/protocol';
import { shop, tea } from '@trialogue/testkit';

import { openHttp, type Http } from '../../http/httpUnderTest.ts';
import { appOf } from '../apps.ts';

export const uroles = ['user', 'merchant', 'service', 'bot'] as const satisfies readonly Urole[];

/** How somebody may stand to the conversation `tea`. */
export const standings = [
  'member',
  'former member',
  'stranger',
  'other app',
  'link session of another conversation',
] as const;
export type Standing = (typeof standings)[number];
/** All of them are to find out nothing: not even that it is there. */
export const outsiders = standings.filter((standing) => standing !== 'member');

/** In the name of every conversation, and in what is said there. It is to come out to members only. */
export const canary = 'oolong-7f3a';
export const absent = id<DlgId>('absent-conversation');
/** Where the link sessions come from. All but strangers and former members are in it. */
const cake = id<DlgId>('cake');
const coffee = id<AppId>('coffee');
export const coffeeSecret = 'z8sYVf3rTn2LbKd7XwPz5JcHm4GgAe9u';

export interface World {
  at: Http;
  /** Of one message, as it was sent, and one file in `tea`. */
  seq: number;
  content: string;
  fileId: string;
  userIdOf(urole: Urole, standing: Standing): UserId;
  tokenOf(urole: Urole, standing: Standing): Promise<string>;
  /** What outsiders seal under a key of their own: it is whole, and named as theirs. */
  forged(urole: Urole, standing: Standing, dlgId: DlgId): { clientMsgId: ClientMsgId; content: string };
  /** The same under the key of `tea`. */
  sealed(urole: Urole): Promise<{ clientMsgId: ClientMsgId; content: string }>;
}

const nameOf = (urole: Urole, standing: Standing): UserId =>
  // The same person may be in both conversations: what a link session may do is the session's, not the person's.
  id<UserId>(
    `${standing === 'link session of another conversation' ? 'member' : standing}-${urole}`.replaceAll(' ', '-'),
  );

/** One of each role in every standing to one conversation, with a message and a file in it. */
export async function openWorld(): Promise<World> {
  const at = await openHttp();
  await at.store.putApp(appOf({ appId: coffee, secret: coffeeSecret, origins: [] }, at.keys));
  const appIdOf = (standing: Standing) => (standing === 'other app' ? coffee : shop);
  for (const standing of standings) {
    for (const urole of uroles) {
      const userId = nameOf(urole, standing);
      await at.platform.putUser(appIdOf(standing), { userId, name: `${urole}, ${standing}`, urole });
    }
  }
  const members = uroles.map((urole) => ({ userId: nameOf(urole, 'member') }));
  const gone = uroles.map((urole) => ({ userId: nameOf(urole, 'former member') }));
  const place = { appId: shop, dlgId: tea };
  await at.platform.addMembers(place, [...members, ...gone]);
  await at.platform.createGroup(shop, { groupId: cake, name: `${canary} cake`, members });
  const { seq } = await at.platform.post(place, {
    fromuid: nameOf('user', 'member'),
    clientMsgId: id<ClientMsgId>('first'),
    payload: { type: 'text', text: canary },
  });
  const [{ content } = { content: '' }] = await at.store.messagesAfter(place, seq - 1, 1);
  for (const { userId } of gone) await at.platform.removeMember(place, userId);

  const links = await at.signIn.authenticateApp('q8sYVf3rTn2LbKd7XwPz5JcHm4GgAe9u');
  const byLink = async (urole: Urole) => {
    const userId = nameOf(urole, 'member');
    const { url } = await at.signIn.createLink(links, { dlgId: cake, userId });
    const ticket = url.split('#ticket=')[1] ?? '';
    return (await at.signIn.exchangeTicket({ groupId: cake, userId, ticket })).token;
  };
  const tokenOf: World['tokenOf'] = async (urole, standing) => {
    if (standing === 'link session of another conversation') return byLink(urole);
    return (await at.signIn.createToken(appIdOf(standing), nameOf(urole, standing))).token;
  };
  const sealedUnder = (dlgKey: string, dlgId: DlgId, fromuid: UserId) => {
    const clientMsgId = id<ClientMsgId>(`c-${randomBytes(6).toString('hex')}`);
    const plaintext = JSON.stringify({ type: 'text', text: canary });
    return { clientMsgId, content: seal(plaintext, { dlgId, dlgKey, fromuid, clientMsgId }) };
  };
  const actor = await at.signIn.authenticate(await tokenOf('user', 'member'));
  const { fileId } = await at.chat.keepFile(actor, tea, {
    name: `${canary}.txt`,
    mime: 'text/plain',
    bytes: (async function* bytes() {
      yield Buffer.from(canary);
    })(),
  });

  return {
    at,
    seq,
    content,
    fileId,
    userIdOf: nameOf,
    tokenOf,
    forged: (urole, standing, dlgId) =>
      sealedUnder(printKeyring(new Map([[1, new Uint8Array(randomBytes(KEY_BYTES))]])), dlgId, nameOf(urole, standing)),
    async sealed(urole) {
      const member = await at.signIn.authenticate(await tokenOf(urole, 'member'));
      return sealedUnder((await at.chat.enter(member, tea)).dlgKey, tea, member.userId);
    },
  };
}
