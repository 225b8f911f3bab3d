import { seal } from '@trialogue/crypto';
import { id, type ClientMsgId, type DlgId, type Payload, type UserId } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';

import type { Group, Node } from './node.ts';
import { drawPicture } from './picture.ts';

const long =
  '这款龙井采自狮峰山核心产区，清明前三天手工采摘，一芽一叶初展，当日摊青、当日杀青。冲泡建议：85 ℃ 左右的水，先注三分之一，轻摇十秒再注满，第二泡滋味最佳。请密封、避光、冷藏保存。';

/** What is said by the platform in somebody's name, one of each kind. */
const lines: [UserId, Payload][] = [
  [ada.userId, { type: 'text', text: '你好，想问一下龙井' }],
  [bo.userId, { type: 'text', text: long }],
  [
    bo.userId,
    {
      type: 'text',
      text: 'See https://shop.test/tea/longjing-2026?from=chat&very=long-parameter-without-any-blank-in-it-at-all',
    },
  ],
  [
    bo.userId,
    {
      type: 'product',
      productId: 'p-1',
      title: '明前狮峰龙井 · West Lake Longjing, first flush, 100 g, in a hand-made tin',
      price: { amount: '268.00', currency: 'CNY' },
      url: 'https://shop.test/p/1',
    },
  ],
  [cy.userId, { type: 'text', text: 'مرحبا، سيصل الطرد يوم الخميس 12' }],
  [
    cy.userId,
    {
      type: 'order',
      orderId: 'QH-20261123-000071',
      title: '明前狮峰龙井礼盒 × 2',
      status: '待发货',
      total: { amount: '536.00', currency: 'CNY' },
      items: [
        { title: '明前狮峰龙井 100 g', count: 2 },
        { title: '手写贺卡', count: 1 },
        { title: '礼品袋', count: 1 },
        { title: '试饮装', count: 3 },
      ],
      url: 'https://shop.test/o/71',
    },
  ],
  [cy.userId, { type: 'voice', fileId: id('voice-1'), mime: 'audio/mpeg', size: 24_000, seconds: 7 }],
  [cy.userId, { type: 'video', fileId: id('video-1'), name: '冲泡示范.mp4', mime: 'video/mp4', size: 4_200_000 }],
  [
    cy.userId,
    {
      type: 'quickReplies',
      text: '还需要帮您做什么？',
      choices: ['修改地址', '开发票', '申请退货退款', '没有了，谢谢'],
    },
  ],
  [ada.userId, { type: 'rating', stars: 4, text: '服务很好，就是快递慢了一天' }],
];

/** A conversation in which every kind of message was said, and the ways in to it. */
export async function tellEverything(node: Node): Promise<Group> {
  const { platform } = node;
  const group = await platform.createGroup('订单 20261123 · 明前龙井礼盒 · 售后与补发', [ada.userId, bo.userId]);
  await platform.call('POST', `/groups/${group.groupId}/members`, { members: [{ userId: cy.userId }] });
  for (const [fromuid, payload] of lines) await platform.post(group.groupId, fromuid, payload);

  const { token } = await platform.createToken(bo.userId);
  const authorization = `Bearer ${token}`;
  const dlgId = id<DlgId>(group.groupId);
  const base = `${node.origin}/api/v1/conversations/${dlgId}`;
  const data = async <T>(answer: Promise<Response>) => ((await (await answer).json()) as { data: T }).data;
  const { dlgKey } = await data<{ dlgKey: string }>(
    fetch(`${node.origin}/api/v1/conversation?groupId=${dlgId}`, { headers: { authorization } }),
  );
  const upload = (name: string, mime: string, bytes: Buffer) => {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(bytes)], { type: mime }), name);
    return data<{ fileId: string; size: number }>(
      fetch(`${base}/files`, { method: 'POST', headers: { authorization }, body: form }),
    );
  };
  const say = (plaintext: object, clientMsgId: string) =>
    data<{ seq: number }>(
      fetch(`${base}/messages`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({
          clientMsgId,
          content: seal(JSON.stringify(plaintext), {
            dlgId,
            dlgKey,
            fromuid: bo.userId,
            clientMsgId: id<ClientMsgId>(clientMsgId),
          }),
        }),
      }),
    );

  const picture = drawPicture(320, 240);
  const image = await upload('茶罐.png', 'image/png', picture.png);
  await say({ type: 'image', ...image, name: '茶罐.png', mime: 'image/png', width: 320, height: 240 }, 'image');
  const name = '2026年11月发票（增值税电子普通发票）第一联.pdf';
  const file = await upload(name, 'application/pdf', Buffer.from('%PDF-1.4'));
  await say({ type: 'file', ...file, name, mime: 'application/pdf' }, 'file');
  await say({ type: 'hologram', depth: 3 }, 'later-kind');
  const { seq } = await say({ type: 'text', text: '写错了' }, 'mistake');
  await fetch(`${base}/messages/${seq}/recall`, { method: 'POST', headers: { authorization } });
  await platform.post(group.groupId, cy.userId, { type: 'text', text: '有问题随时找我' });
  return group;
}
