import type { useNotices } from './notices.ts';

type Notices = ReturnType<typeof useNotices>;

/** The store comes after the first message, and with it what shows it: nobody needs either before. */
let arrived: Promise<Notices> | undefined;
const withNotices = async (work: (notices: Notices) => void): Promise<void> => {
  arrived ??= import('./notices.ts').then((store) => store.useNotices());
  work(await arrived);
};

/** Tells or warns the reader in one line at the edge of the screen. */
export const useToast = () => ({
  tell: (text: string) => void withNotices((notices) => notices.tell(text)),
  warn: (text: string) => void withNotices((notices) => notices.warn(text)),
});
