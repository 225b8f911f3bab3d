/** How one goes to another page of ours: with or without a way back. */
type Go = (path: string, how: { replace: boolean }) => void;

const byLoading: Go = (path, { replace }) => (replace ? location.replace(path) : location.assign(path));
let ways: Go[] = [byLoading];

/**
 * Goes to another page of ours. Who shows the pages says how: the conversation is there without the router, which is
 * fetched when somebody leaves it; in a frame, the page around us is the one to sign in.
 */
export function goTo(path: string, { replace = false } = {}): void {
  ways.at(-1)?.(path, { replace });
}

/** Takes over where the pages lead, until it is given back. */
export function followLinks(go: Go): () => void {
  ways = [...ways, go];
  return () => (ways = ways.filter((one) => one !== go));
}
