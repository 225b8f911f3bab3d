export interface RowWindow {
  from: number;
  to: number;
  /** Room for the rows that are not drawn. */
  beforePx: number;
  afterPx: number;
}

/** Above and below what is seen, so that a flick shows no gap. */
const SPARE_ROWS = 8;

/** Which of many rows of one height are drawn. */
export function rowWindow(count: number, rowPx: number, scrollTop: number, heightPx: number): RowWindow {
  const last = Math.max(0, count - 1);
  const from = Math.min(last, Math.max(0, Math.floor(scrollTop / rowPx) - SPARE_ROWS));
  const to = Math.min(count, Math.ceil((scrollTop + heightPx) / rowPx) + SPARE_ROWS);
  return { from, to, beforePx: from * rowPx, afterPx: Math.max(0, count - to) * rowPx };
}
