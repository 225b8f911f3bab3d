import type { DlgId, ServerFrame } from '@trialogue/protocol';

const FINAL_TEXT = 0x81;

/** A page was printed where it was read (`Store.printPage`): nobody looks inside on its way out. */
export interface PrintedPage {
  op: 'page';
  id: number;
  dlgId: DlgId;
  page: string;
}
/** A frame as it goes out. */
export type Outgoing = Exclude<ServerFrame, { op: 'page' }> | PrintedPage;

/** Frames that many sockets send, as bytes. */
const shared = new WeakMap<Outgoing, Buffer>();

/** Encodes a frame for many sockets: whoever sends this very object sends this very buffer. */
export function share<Frame extends Outgoing>(frame: Frame): Frame {
  shared.set(frame, encode(frame));
  return frame;
}

export const bytesOf = (frame: Outgoing): Buffer => shared.get(frame) ?? encode(frame);

function textOf(frame: Outgoing): string {
  if (frame.op !== 'page') return JSON.stringify(frame);
  const { op, id, dlgId, page } = frame;
  return JSON.stringify({ op, id, dlgId }).slice(0, -1) + ',' + page.slice(1);
}

/** As the other end reads it. */
export const frameOf = (frame: Outgoing): ServerFrame =>
  frame.op === 'page' ? (JSON.parse(textOf(frame)) as ServerFrame) : frame;

/**
 * One unmasked, uncompressed text frame of a server, header and all.
 * @see RFC 6455 §5.2
 */
export function encode(frame: Outgoing): Buffer {
  const text = textOf(frame);
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
