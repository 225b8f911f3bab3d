import { onScopeDispose } from 'vue';

/**
 * The way back closes this layer, and does not leave the page: the layer is an entry of the history for as long as the
 * component lives.
 */
export function useBackCloses(close: () => void): void {
  let isThere = true;
  history.pushState({ ...(history.state as object | null) }, '');
  const gone = () => {
    if (!isThere) return;
    isThere = false;
    close();
  };
  addEventListener('popstate', gone);
  onScopeDispose(() => {
    removeEventListener('popstate', gone);
    // Closed in another way: the entry goes with it.
    if (isThere) history.back();
    isThere = false;
  });
}
