export const states: Record<string, { choices: readonly string[] }> = {
  two: { choices: ['绿茶', '红茶'] },
  'more than fit': {
    choices: ['修改地址', '开发票', '物流进度', 'Something else that takes many words', '没有了，谢谢'],
  },
};
