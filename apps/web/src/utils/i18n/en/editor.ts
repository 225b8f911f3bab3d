import type { editor as simplified } from '../zh-CN/editor.ts';

export const editor: Readonly<Record<keyof typeof simplified, string>> = {};
