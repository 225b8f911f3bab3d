import type { Duplex } from 'node:stream';

import { closeCodes, type CloseReason } from '@trialogue/protocol';
import { WebSocket } from 'ws';

import type { Driver, Line } from './driver.ts';
import type { Outbound, Sender, Way } from './outbound.ts';
import type { Switchboard } from './switchboard.ts';
import { bytesOf, type Outgoing } from './wire.ts';

/** How long the other end may take to answer our close. */
const FAREWELL_MS = 2_000;
/** RFC 6455 §5.5: a close frame holds 125 bytes, and two are the code. */
const LONGEST_REASON_BYTES = 123;

/** One WebSocket of a node, between its driver and the network. */
export class SocketLine implements Line, Way {
  readonly driver: Driver;
  readonly #ws: WebSocket;
  readonly #outbound: Outbound;
  #onKnown: (() => void) | undefined;

  /** @param onKnown called once, when it has said who it is or is gone */
  constructor(
    ws: WebSocket,
    socket: Duplex,
    { sender, switchboard, onKnown }: { sender: Sender; switchboard: Switchboard; onKnown: () => void },
  ) {
    this.#ws = ws;
    this.#outbound = sender.open(socket, this);
    this.#onKnown = onKnown;
    this.driver = switchboard.plug(this);
  }

  send(frame: Outgoing): void {
    this.#outbound.send(bytesOf(frame));
  }

  close(reason: CloseReason, says: string): void {
    this.#outbound.flush();
    this.#outbound.stop();
    this.#ws.close(closeCodes[reason].code, fit(says));
    setTimeout(() => this.#ws.terminate(), FAREWELL_MS).unref();
  }

  unsentBytes(): number {
    return this.#outbound.unsentBytes();
  }

  known(): void {
    this.#onKnown?.();
    this.#onKnown = undefined;
  }

  isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  onChoked(): void {
    this.driver.tell({ type: 'choked' });
  }

  /** Nothing more goes out. */
  stop(): void {
    this.#outbound.stop();
  }
}

/** As much as a close frame holds. */
function fit(says: string): string {
  let reason = says.slice(0, LONGEST_REASON_BYTES);
  while (Buffer.byteLength(reason) > LONGEST_REASON_BYTES) reason = reason.slice(0, -1);
  return reason;
}
