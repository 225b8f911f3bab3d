/** Version of the wire. A change in protocol.golden.txt that an older end cannot read raises it. */
export const PROTOCOL_VERSION = 1;

/** The WebSocket subprotocol that names it. */
export const SUBPROTOCOL = 'trialogue.v1';
