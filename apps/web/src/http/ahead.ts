/** Longer than the parts of a page take to come. */
const KEPT_MS = 15_000;

const answers = new Map<string, Promise<unknown>>();

/** Asks what a part of the page will ask that is still on its way: whoever asks the same first gets this answer. */
export function askAhead(question: string, answer: Promise<unknown>): void {
  answers.set(question, answer);
  // Who asks hears of it.
  answer.catch(() => undefined);
  setTimeout(() => answers.delete(question), KEPT_MS);
}

/** The answer that was asked for ahead, once; else a new one. */
export function answerTo<Answer>(question: string, ask: () => Promise<Answer>): Promise<Answer> {
  const early = answers.get(question) as Promise<Answer> | undefined;
  answers.delete(question);
  return early ?? ask();
}
