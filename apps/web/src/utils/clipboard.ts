/** Puts a text on the clipboard. On plain http pages there is only the old way. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const box = document.createElement('textarea');
  const before = document.activeElement as HTMLElement | null;
  box.value = text;
  box.style.cssText = 'position: fixed; inset: 0 auto auto 0; opacity: 0';
  document.body.append(box);
  box.select();
  // Deprecated, and the only way without a secure context.
  const isDone = document.execCommand('copy');
  box.remove();
  before?.focus({ preventScroll: true });
  return isDone;
}
