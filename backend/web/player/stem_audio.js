// A stem's samples as the transport asks for them: pieces of a WAV file as they are needed, other formats decoded whole.

import { Unreadable, openWav } from "./wav_file.js";

const KEPT_PIECES = 6; // of a WAV stem; with PIECE_SECONDS the bound on its memory: 9 MB at 48 kHz in stereo
export const PIECE_SECONDS = 4;
// Formats other than WAV are decoded whole: all stems of a job together may take so much. 512 MiB is about
// six minutes of four stems at 44.1 kHz in stereo.
export const WHOLE_BYTES = 512 * 2 ** 20;

export class TooLong extends Error {}

// Resolves to functions, one a stem: `piece(start, frames)` resolves to {buffer, offset}, `offset` in seconds.
// Throws TooLong when the stems would not fit, Unreadable when the browser cannot get at them.
export async function openStems(stems, context) {
  if (stems.every((stem) => stem.format === "wav")) return Promise.all(stems.map((stem) => inPieces(stem, context)));
  const bytes = stems.reduce((sum, stem) => sum + stem.duration_seconds * context.sampleRate * stem.channels * 4, 0);
  if (bytes > WHOLE_BYTES) throw new TooLong();
  return Promise.all(stems.map((stem) => whole(stem, context)));
}

async function inPieces(stem, context) {
  const file = await openWav(stem.url);
  const length = PIECE_SECONDS * file.rate;
  const kept = new Map();
  const load = async (index) => {
    const frames = Math.min(length, stem.frames - index * length);
    const channels = await file.read(index * length, frames);
    const buffer = context.createBuffer(channels.length, frames, file.rate);
    channels.forEach((samples, channel) => buffer.copyToChannel(samples.subarray(0, frames), channel));
    return buffer;
  };
  return async (start) => {
    const index = Math.floor(start / length);
    const found = kept.get(index) ?? load(index);
    kept.delete(index); // the latest asked for comes last
    kept.set(index, found);
    found.catch(() => kept.delete(index));
    if (kept.size > KEPT_PIECES) kept.delete(kept.keys().next().value);
    return { buffer: await found, offset: (start - index * length) / file.rate };
  };
}

async function whole(stem, context) {
  const response = await fetch(stem.url);
  if (!response.ok) throw new Unreadable(`answered with ${response.status}`);
  const buffer = await context.decodeAudioData(await response.arrayBuffer());
  return async (start) => ({ buffer, offset: start / stem.sample_rate });
}
