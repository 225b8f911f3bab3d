/** RFC 4648 §5 without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * The bytes of a text, or undefined when it is not base64url.
 *
 * Strict: no padding, no blanks, and unused bits must be zero, so that two different texts never
 * mean the same bytes (I39: any changed bit of an envelope shows).
 */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    // Only the last digits have bits to spare, and padding is none of ours.
    const end = text.length - (text.length % 4);
    return toBase64url(bytes.subarray((end / 4) * 3)) === text.slice(end) ? bytes : undefined;
  } catch {
    return undefined;
  }
}
