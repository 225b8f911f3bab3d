import type { Bus, Notice, Warn } from './ports.ts';

/**
 * Tells the nodes, in this order, and waits for nobody. What was stored stays stored when telling fails: the next
 * message, or the next ping, shows the others what they miss.
 */
export function tell(at: { bus: Bus; warn: Warn }, ...notices: Notice[]): void {
  for (const notice of notices) {
    const { kind, appId } = notice;
    at.bus.tell(notice).catch((error: unknown) => {
      at.warn('bus: not told', { kind, appId, ...('dlgId' in notice && { dlgId: notice.dlgId }) }, error);
    });
  }
}
