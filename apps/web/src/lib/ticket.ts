/**
 * Takes the ticket out of the address bar, at once: nobody who looks over a shoulder, copies the address or reads
 * the browser's history finds it there. The fragment is the usual place; `?ticket=` is for gateways that drop it.
 */
export function takeTicket(
  at: Pick<Location, 'href'>,
  history: Pick<History, 'replaceState' | 'state'>,
): string | undefined {
  const url = new URL(at.href);
  const fragment = new URLSearchParams(url.hash.slice(1));
  const ticket = fragment.get('ticket') ?? url.searchParams.get('ticket');
  if (ticket === null) return undefined;
  fragment.delete('ticket');
  url.searchParams.delete('ticket');
  url.hash = fragment.toString();
  history.replaceState(history.state, '', url.href);
  return ticket || undefined;
}

export const hasTicket = ({ hash }: Pick<Location, 'hash'>): boolean =>
  new URLSearchParams(hash.slice(1)).has('ticket');

// Done as soon as this file is loaded. The router loads it first, for it writes the address down as it finds it.
let arrived = takeTicket(location, history);

/** Hands the ticket over, once: it works once. */
export function useTicket(): string | undefined {
  const ticket = arrived;
  arrived = undefined;
  return ticket;
}
