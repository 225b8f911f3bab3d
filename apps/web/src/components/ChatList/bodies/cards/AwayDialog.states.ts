export const states: Record<string, { address: string }> = {
  'another site': { address: 'https://xn--fiqs8s.example/very/long/path?with=many&words=in&it=1234567890' },
};
