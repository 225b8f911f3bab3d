import { browserKeep } from '../../utils/storage.ts';
import { isTouch } from './usePanel.ts';

const PLACE = 'enterSends';

/** Whether Enter sends: with keys of plastic yes, on glass no, unless the writer has chosen. */
export function doesEnterSend(): boolean {
  const chosen = browserKeep.get(PLACE);
  return chosen === null ? !isTouch() : chosen === 'yes';
}

export const chooseEnter = (sends: boolean): void => browserKeep.set(PLACE, sends ? 'yes' : 'no');

type Keys = Pick<KeyboardEvent, 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** What an Enter does. Together with another key it does the other thing; Alt is the browser's. */
export function enterMeans(
  { shiftKey, ctrlKey, metaKey, altKey }: Keys,
  sends: boolean,
): 'send' | 'newLine' | 'nothing' {
  if (altKey) return 'nothing';
  const isOther = sends ? shiftKey || ctrlKey || metaKey : ctrlKey || metaKey;
  return sends === isOther ? 'newLine' : 'send';
}
