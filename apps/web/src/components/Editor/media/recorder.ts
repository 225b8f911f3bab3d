import type { Recording } from '../attachments.ts';
import { loudness, waveform } from './waveform.ts';

export const LONGEST_SECONDS = 60;
/** Shorter than this was a slip of the finger. */
export const SHORTEST_SECONDS = 0.8;
const LOOK_MS = 50;
const BITS_PER_SECOND = 32_000;

/** The first is what every browser plays; what records only the others is played by all that are not old. */
const kinds = ['audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/webm;codecs=opus', 'audio/ogg;codecs=opus'];

export interface Recorder {
  /** What was spoken until now; the microphone is let go. */
  stop: () => Promise<Recording>;
  /** Nothing of it is kept. */
  drop: () => void;
}

/** @throws a DOMException when there is no microphone, or none for us */
export async function record(heard: (now: { seconds: number; level: number }) => void): Promise<Recorder> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 },
  });
  const mimeType = kinds.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: BITS_PER_SECOND });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));

  const context = new AudioContext();
  // On some phones it sleeps when it was not made within the tap.
  void context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const levels: number[] = [];
  const startedAt = performance.now();
  const secondsNow = () => Math.min(LONGEST_SECONDS, (performance.now() - startedAt) / 1000);
  const looking = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const level = loudness(samples);
    levels.push(level);
    heard({ seconds: secondsNow(), level });
  }, LOOK_MS);
  recorder.start();

  const letGo = () => {
    clearInterval(looking);
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
  return {
    async stop() {
      const seconds = Math.round(secondsNow() * 10) / 10;
      const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
      if (recorder.state !== 'inactive') {
        recorder.stop();
        await ended;
      }
      letGo();
      const type = recorder.mimeType || mimeType || 'audio/webm';
      return { bytes: new Blob(parts, { type }), seconds, waveform: waveform(levels) };
    },
    drop() {
      if (recorder.state !== 'inactive') recorder.stop();
      letGo();
    },
  };
}
