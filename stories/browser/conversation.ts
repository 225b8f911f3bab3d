import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';

/** Where somebody looks at a conversation: a page, or a frame in one. */
export type View = Page | Frame | FrameLocator;

export const messageBox = (view: View): Locator => view.getByRole('textbox', { name: '消息内容' });
export const sendButton = (view: View): Locator => view.getByRole('button', { name: '发送', exact: true });

/** Waits until one can write. */
export async function entered(view: View): Promise<void> {
  await view.getByRole('textbox', { name: '消息内容', disabled: false }).waitFor();
  await view.getByRole('log', { name: '聊天记录' }).waitFor();
}

/** Waits until there is a connection too. */
export const connected = (view: View): Promise<void> => view.getByText(/人在线$/).waitFor();

export async function say(view: View, text: string): Promise<void> {
  await messageBox(view).fill(text);
  await sendButton(view).click();
}

/** The rows that say exactly this. */
export const said = (view: View, text: string): Locator =>
  view.getByRole('article').filter({ has: view.getByText(text, { exact: true }) });

export async function hears(view: View, ...texts: string[]): Promise<void> {
  for (const text of texts) await said(view, text).waitFor();
}

export interface Row {
  /** None while the server has not said so. */
  seq: number | undefined;
  text: string;
}

/** What the list shows, oldest first. */
export const rowsOf = (view: View): Promise<Row[]> =>
  view.getByRole('article').evaluateAll((rows) =>
    rows.map((row) => ({
      seq: row.dataset['seq'] === undefined ? undefined : Number(row.dataset['seq']),
      text: (row.querySelector('.bubble') ?? row).textContent.trim(),
    })),
  );

/** Picks files as a person does; the bytes go through the page's own input, and are then looked at in the sheet. */
export async function attach(
  view: View,
  kind: 'images' | 'files',
  file: { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  await view.getByTestId(`pick-${kind}`).setInputFiles(file);
  await view.getByRole('button', { name: `移除 ${file.name}` }).waitFor();
}

/** Sends what lies in the sheet. */
export async function sendAttached(view: View, caption = ''): Promise<void> {
  const sheet = view.getByRole('dialog', { name: '发送前预览' });
  if (caption !== '') await sheet.getByRole('textbox', { name: '添加说明…' }).fill(caption);
  await sheet.getByRole('button', { name: /^发送 \d+ 项$/ }).click();
  await sheet.waitFor({ state: 'detached' });
}
