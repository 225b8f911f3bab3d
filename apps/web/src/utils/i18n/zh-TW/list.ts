import type { list as simplified } from '../zh-CN/list.ts';

export const list: Readonly<Record<keyof typeof simplified, string>> = {};
