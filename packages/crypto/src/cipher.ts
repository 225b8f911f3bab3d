import { _poly1305_aead, xchacha20 } from '@noble/ciphers/chacha.js';

/**
 * XChaCha20-Poly1305, as the library composes it. Without its outer wrapper: that checks the types of what callers hand
 * in, and ours is made in this package.
 */
export const cipher = /* @__PURE__ */ _poly1305_aead(xchacha20);
