let playing: HTMLMediaElement | undefined;

/** One thing plays at a time in the whole page: what starts stops what was playing. */
export function startsPlaying(one: HTMLMediaElement): void {
  if (playing !== one) playing?.pause();
  playing = one;
}
