const EVERY_MS = 3_000;
const SECONDS = 0.18;
const LOUDNESS = 0.12;

/**
 * A short, soft sound. Browsers let a page sound only once somebody has done something in it: until then, and where there
 * is no sound at all, ringing does nothing.
 */
export function openBell(clock: () => number = () => performance.now()) {
  let audio: AudioContext | undefined;
  let rangAt = -Infinity;
  return {
    /** Somebody has done something. */
    allow(): void {
      if (typeof AudioContext === 'undefined') return;
      audio ??= new AudioContext();
      if (audio.state === 'suspended') void audio.resume();
    },
    /** Whether it rang: at most once in three seconds. */
    ring(): boolean {
      const now = clock();
      if (!audio || now - rangAt < EVERY_MS) return false;
      rangAt = now;
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      const at = audio.currentTime;
      tone.frequency.setValueAtTime(880, at);
      tone.frequency.setValueAtTime(1175, at + SECONDS / 2);
      volume.gain.setValueAtTime(LOUDNESS, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + SECONDS);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + SECONDS);
      return true;
    },
    close: () => void audio?.close(),
  };
}
