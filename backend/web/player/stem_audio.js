// A stem's samples as the transport asks for them: pieces of WAV, FLAC and MP3 files as they are needed, others whole.

import { openFlac } from "./flac_file.js";
import { openMp3 } from "./mp3_file.js";
import { Unreadable } from "./ranges.js";
import { openWav } from "./wav_file.js";

const KEPT_PIECES = 12; // of a stem; with PIECE_SECONDS the bound on its memory: 9 MB at 48 kHz in stereo
export const PIECE_SECONDS = 2; // the first ones must come before there is sound: shorter is sooner on a slow line
// What is decoded whole: all stems of a job together may take so much. 512 MiB is about six minutes of four stems at
// 44.1 kHz in stereo.
export const WHOLE_BYTES = 512 * 2 ** 20;
const IN_PIECES = { wav: wavPieces, flac: flacPieces, mp3: mp3Pieces };
const RUN_UP = 10; // frames of MP3 that are decoded before a piece: they lend bits and overlap to those after them

export class TooLong extends Error {}

// Resolves to functions, one a stem: `piece(start, frames)` resolves to {buffer, offset}, `offset` in seconds.
// Throws TooLong when the stems would not fit, Unreadable when the browser cannot get at them.
export async function openStems(stems, context) {
  const { format } = stems[0];
  try {
    if (format in IN_PIECES) return await inPieces(stems, context, IN_PIECES[format]);
  } catch (error) {
    if (format === "wav") throw error; // nothing could be better at reading it
  }
  const bytes = stems.reduce((sum, stem) => sum + stem.duration_seconds * context.sampleRate * stem.channels * 4, 0);
  if (bytes > WHOLE_BYTES) throw new TooLong();
  return Promise.all(stems.map((stem) => whole(stem, context)));
}

// Not every browser may decode a part of a file as it should: the first pieces tell.
async function inPieces(stems, context, open) {
  const pieces = await Promise.all(stems.map((stem) => open(stem, context)));
  await Promise.all(pieces.map((piece) => piece(0)));
  return pieces;
}

async function wavPieces(stem, context) {
  const file = await openWav(stem.url);
  return keeping(stem, async (start, frames) => {
    const channels = await file.read(start, frames);
    const buffer = context.createBuffer(channels.length, frames, file.rate);
    channels.forEach((samples, channel) => buffer.copyToChannel(samples.subarray(0, frames), channel));
    return { buffer, origin: start };
  });
}

async function flacPieces(stem, context) {
  const { blockFrames, read } = await openFlac(stem.url);
  return keeping(stem, async (start, frames) => {
    const first = Math.floor(start / blockFrames);
    const last = Math.floor((start + frames - 1) / blockFrames);
    const buffer = await context.decodeAudioData(await read(first, last));
    const origin = first * blockFrames;
    if (buffer.length < start + frames - origin) throw new Unreadable("fewer samples than there are");
    return { buffer, origin };
  });
}

async function mp3Pieces(stem, context) {
  const { samples, delay, read } = await openMp3(stem.url);
  return keeping(stem, async (start, frames) => {
    const first = Math.max(0, Math.floor((start + delay) / samples) - RUN_UP);
    const last = Math.floor((start + delay + frames - 1) / samples);
    const buffer = await context.decodeAudioData(await read(first, last));
    if (buffer.length !== (last - first + 1) * samples) throw new Unreadable("a decoder that counts otherwise");
    return { buffer, origin: first * samples - delay };
  });
}

// `load(start, frames)` resolves to {buffer, origin}, `origin` being the frame the buffer begins with.
function keeping(stem, load) {
  const length = PIECE_SECONDS * stem.sample_rate;
  const kept = new Map();
  return async (start) => {
    const index = Math.floor(start / length);
    const found = kept.get(index) ?? load(index * length, Math.min(length, stem.frames - index * length));
    kept.delete(index); // the latest asked for comes last
    kept.set(index, found);
    found.catch(() => kept.delete(index));
    if (kept.size > KEPT_PIECES) kept.delete(kept.keys().next().value);
    const { buffer, origin } = await found;
    weigh(buffer);
    return { buffer, offset: (start - origin) / stem.sample_rate };
  };
}

// Asking for the samples puts them on the scales of the browser's memory: what it decoded weighs nothing otherwise, and
// an hour of seeking leaves gigabytes before anything is collected (Chromium).
function weigh(buffer) {
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) buffer.getChannelData(channel);
}

async function whole(stem, context) {
  const response = await fetch(stem.url);
  if (!response.ok) throw new Unreadable(`answered with ${response.status}`);
  const buffer = await context.decodeAudioData(await response.arrayBuffer());
  return async (start) => ({ buffer, offset: start / stem.sample_rate });
}
