import type { FastifyInstance } from 'fastify';

/** Who may show a page in a frame. */
export type Ancestors = readonly string[] | 'nobody';

/** On every answer. What is no page may load nothing, run nothing and be framed by nobody. */
export function guardAnswers(app: FastifyInstance, { isHttps }: { isHttps: () => boolean }): void {
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(self), microphone=(self), geolocation=(), payment=(), usb=()',
      ...(isHttps() && { 'strict-transport-security': 'max-age=31536000' }),
    });
  });
}

/**
 * Of a page: scripts, styles and pictures of our own only, nothing inline, no text that becomes markup. `vue` is the
 * trusted-types policy that Vue makes for the templates it compiled.
 */
export function pageHeaders(ancestors: Ancestors, socketOrigin: string): Record<string, string> {
  const isFramed = ancestors !== 'nobody';
  const policy = [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `img-src 'self' blob:`,
    `media-src 'self' blob:`,
    `font-src 'self'`,
    `connect-src 'self' ${socketOrigin}`,
    `frame-src 'self'`,
    `manifest-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors ${isFramed ? ancestors.join(' ') : `'none'`}`,
    `require-trusted-types-for 'script'`,
    `trusted-types vue`,
  ];
  return {
    'content-security-policy': policy.join('; '),
    ...(!isFramed && { 'x-frame-options': 'DENY' }),
    'cache-control': 'no-cache',
  };
}
