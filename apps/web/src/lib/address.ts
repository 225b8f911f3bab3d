import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';

/** The address of this page, as the reader goes back and forth. */
export function useAddress(): Readonly<ShallowRef<URL>> {
  const address = shallowRef(new URL(location.href));
  const look = () => (address.value = new URL(location.href));
  addEventListener('popstate', look);
  onScopeDispose(() => removeEventListener('popstate', look));
  return address;
}
