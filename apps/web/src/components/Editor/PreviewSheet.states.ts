import { drawn } from '../ChatList/bodies/media/examples.ts';
import type { Attachment } from './attachments.ts';

let count = 0;
function picture(name: string, width: number, height: number, hue: number): Attachment {
  count += 1;
  const file = new File([drawn(`sheet-${name}`, width / 8, height / 8, hue).bytes], name, { type: 'image/png' });
  return { id: count, file, kind: 'picture', mime: 'image/png', preview: URL.createObjectURL(file), width, height };
}
const paper: Attachment = {
  id: 100,
  file: new File(['a'.repeat(123_456)], '很长的文件名字用来看看会不会溢出.pdf', { type: 'application/pdf' }),
  kind: 'file',
  mime: 'application/pdf',
  preview: undefined,
};

export const states: Record<string, { attachments: readonly Attachment[] }> = {
  'one picture': { attachments: [picture('IMG_0042.jpg', 2400, 1800, 90)] },
  'nine of them': {
    attachments: Array.from({ length: 9 }, (_, at) => picture(`${at}.png`, 1200, at % 2 ? 1600 : 900, at * 40)),
  },
  'a file': { attachments: [paper] },
};
