/** What was seen over the whole run, whichever check was looking. Checks of `when: 'last'` judge it. */
export interface Records {
  /** HTTP answers of 500 and above. */
  broken: string[];
  /** Frames that are not of PROTOCOL.md §4. */
  oddFrames: string[];
  /** Each close code that the server chose, with the reason it gave. */
  closeCodes: Map<number, string>;
  /** JSON answers without the envelope of contract §2. */
  oddAnswers: string[];
  frames: number;
  answers: number;
}

export const emptyRecords = (): Records => ({
  broken: [],
  oddFrames: [],
  closeCodes: new Map(),
  oddAnswers: [],
  frames: 0,
  answers: 0,
});
