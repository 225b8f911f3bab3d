/** The texts in a run of unmasked WebSocket frames of a server. RFC 6455 §5.2. */
export function textsIn(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const [start, end] = payloadAt(bytes, at);
    texts.push(bytes.toString('utf8', start, end));
    at = end;
  }
  return texts;
}

function payloadAt(bytes: Buffer, at: number): [start: number, end: number] {
  const length = bytes[at + 1] ?? 0;
  if (length < 126) return [at + 2, at + 2 + length];
  if (length === 126) return [at + 4, at + 4 + bytes.readUInt16BE(at + 2)];
  return [at + 10, at + 10 + Number(bytes.readBigUInt64BE(at + 2))];
}
