import { Malformed } from '@trialogue/protocol';
import { fromFrame, type FromFrame, type ToFrame } from '@trialogue/protocol/host';

/** The other side of `host.ts`: a page of ours that embeds the conversation, as any desk would. */
export function openDesk(us: Window, frame: () => Window | null | undefined, hear: (message: FromFrame) => void) {
  const onMessage = (event: MessageEvent): void => {
    if (event.origin !== us.location.origin || event.source !== frame()) return;
    let message: FromFrame;
    try {
      message = fromFrame.read(event.data, 'message');
    } catch (error) {
      if (error instanceof Malformed) return;
      throw error;
    }
    hear(message);
  };
  us.addEventListener('message', onMessage);
  return {
    sendToIframe: (message: ToFrame) => frame()?.postMessage(message, us.location.origin),
    close: () => us.removeEventListener('message', onMessage),
  };
}
