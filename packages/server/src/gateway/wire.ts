import type { ServerFrame } from '@trialogue/protocol';

const FINAL_TEXT = 0x81;

/** Frames that many sockets send, as bytes. */
const shared = new WeakMap<ServerFrame, Buffer>();

/** Encodes a frame for many sockets: whoever sends this very object sends this very buffer. */
export function share<Frame extends ServerFrame>(frame: Frame): Frame {
  shared.set(frame, encode(frame));
  return frame;
}

export const bytesOf = (frame: ServerFrame): Buffer => shared.get(frame) ?? encode(frame);

/**
 * One unmasked, uncompressed text frame of a server, header and all.
 * @see RFC 6455 §5.2
 */
export function encode(frame: ServerFrame): Buffer {
  const text = JSON.stringify(frame);
  const length = Buffer.byteLength(text);
  if (length < 126) {
    const bytes = Buffer.allocUnsafe(2 + length);
    bytes[0] = FINAL_TEXT;
    bytes[1] = length;
    bytes.write(text, 2);
    return bytes;
  }
  if (length < 65_536) {
    const bytes = Buffer.allocUnsafe(4 + length);
    bytes[0] = FINAL_TEXT;
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
    bytes.write(text, 4);
    return bytes;
  }
  const bytes = Buffer.allocUnsafe(10 + length);
  bytes[0] = FINAL_TEXT;
  bytes[1] = 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  bytes.write(text, 10);
  return bytes;
}
