import { id, type DlgId, type Payload } from '@trialogue/protocol';
import type { BodyOf, ClientApi } from '@trialogue/protocol/api';

import type { Profile } from '../chat/ports.ts';
import { ada, bo, cy } from './cast.ts';

/** A picture that is put through the upload before the line that shows it. */
export interface Picture {
  type: 'picture';
  file: string;
  name: string;
  mime: string;
  width: number;
  height: number;
}

/** What somebody does about a conversation rather than in it: calls customer service, or is customer service. */
export type Deed = 'calls' | BodyOf<ClientApi['patchDesk']>;

/** Who says or does what, how long after the line before. */
export type Line = { by: Profile; afterMs: number } & ({ says: Payload | Picture } | { does: Deed });

/** A ready-made conversation. */
export interface Story {
  dlgId: DlgId;
  name: string;
  /** Ada, Bo and Cy, unless it says otherwise. */
  members?: readonly Profile[];
  custom?: Record<string, unknown>;
  /** How long ago it ended when the demo was first started. */
  endedMs: number;
  lines: readonly Line[];
}

export const MINUTE = 60_000;
export const line = (by: Profile, minutes: number, says: Payload | Picture): Line => ({
  by,
  afterMs: minutes * MINUTE,
  says,
});
export const text = (words: string): Payload => ({ type: 'text', text: words });
const picture = (file: string, name: string): Picture => ({
  type: 'picture',
  file,
  name,
  mime: 'image/jpeg',
  width: 960,
  height: 720,
});

const tea: Story = {
  dlgId: id<DlgId>('tea'),
  name: '春茶 · Spring tea',
  endedMs: 4 * MINUTE,
  lines: [
    line(ada, 0, text('老板好，今年的明前龙井到了吗？')),
    line(bo, 2, text('到了，前天刚从狮峰山下来，今年雨水少，香气特别足。')),
    line(bo, 1, {
      type: 'product',
      productId: 'longjing-spring',
      title: '明前狮峰龙井 · West Lake Longjing, first flush, 100 g',
      price: { amount: '268.00', currency: 'CNY' },
    }),
    line(ada, 3, text('想送给外婆过生日，包装是什么样的？')),
    line(bo, 2, picture('tea-tin.jpg', '春茶礼盒.jpg')),
    line(ada, 1, text('真好看！Could you also put in a card in English? Grandpa reads no Chinese 😄')),
    line(bo, 1, text('Of course. What shall it say?')),
    line(ada, 4, text('“Happy birthday, dear both. Spring in a cup.”\n\n落款写「小雨」就好。')),
    line(bo, 3, {
      type: 'order',
      orderId: 'QH-10071',
      title: '明前狮峰龙井礼盒 × 2',
      status: '待发货 · To be shipped',
      total: { amount: '536.00', currency: 'CNY' },
      items: [
        { title: '明前狮峰龙井 100 g', count: 2 },
        { title: '手写贺卡 · Handwritten card', count: 1 },
      ],
    }),
    line(cy, 2, text('您好，我是客服小陈。订单已确认，今天 18:00 前发出，顺丰包邮，预计后天送到杭州。')),
    line(cy, 1, { type: 'quickReplies', text: '还需要帮您做什么？', choices: ['修改地址', '开发票', '没有了，谢谢'] }),
    line(ada, 1, text('没有了，谢谢')),
  ],
};

const cup: Story = {
  dlgId: id<DlgId>('cup'),
  name: 'A chipped cup · 换货',
  endedMs: 26 * 60 * MINUTE,
  lines: [
    line(ada, 0, text('Hi! One of the two cups arrived with a chip in its rim. 有一只杯口磕了一下。')),
    line(cy, 5, text('So sorry about that! 麻烦拍张照片发给我们。A photo is enough; no need to send it back.')),
    line(ada, 3, picture('chipped-cup.jpg', 'chipped cup.jpg')),
    line(cy, 2, text('收到，看得很清楚。@青禾茶铺 请安排补发一只。')),
    line(bo, 12, text('实在抱歉，这批是我打包的。新杯子今天就寄，用加厚气泡袋。')),
    line(bo, 1, {
      type: 'order',
      orderId: 'QH-10058-R',
      title: '青瓷品茗杯（补发）· Celadon cup, replacement',
      status: '已发货 · Shipped',
      total: { amount: '0.00', currency: 'CNY' },
      items: [{ title: '青瓷品茗杯 60 ml', count: 1 }],
    }),
    line(ada, 20, text('That was quick. Thank you both!')),
    line(ada, 1, { type: 'rating', stars: 5, text: '处理得很快，态度也好。' }),
  ],
};

/** The first is the one whose links are printed. */
export const stories: readonly [Story, ...Story[]] = [tea, cup];
