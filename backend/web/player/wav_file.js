// A WAV file on a server, read in ranges: any stretch of it as samples, without fetching the rest. Knows no player.

import { Unreadable, rangeOf } from "./ranges.js";

const HEADER_BYTES = 4096;
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

// Resolves to {rate, channels, read(start, frames)}, `read` giving a Float32Array for each channel.
// Throws Unreadable when it is no WAV file of a known form, or the server gives no ranges.
export async function openWav(url) {
  const form = formOf((await rangeOf(url, 0, HEADER_BYTES)).bytes);
  const read = async (start, frames) => {
    const { bytes } = await rangeOf(url, form.begin + start * form.frameBytes, frames * form.frameBytes);
    return samplesOf(bytes, form);
  };
  return { rate: form.rate, channels: form.channels, read };
}

function formOf(header) {
  const view = new DataView(header);
  const name = (at) => String.fromCharCode(...new Uint8Array(header, at, 4));
  if (header.byteLength < 12 || !["RIFF", "RF64"].includes(name(0)) || name(8) !== "WAVE") throw new Unreadable("no WAV file");
  let form = null;
  for (let at = 12; at + 8 <= header.byteLength; ) {
    const size = view.getUint32(at + 4, true);
    if (name(at) === "fmt ") form = formatChunk(view, at + 8);
    if (name(at) === "data" && form) return { ...form, begin: at + 8 };
    at += 8 + size + (size % 2);
  }
  throw new Unreadable("no samples in the first bytes");
}

function formatChunk(view, at) {
  const said = view.getUint16(at, true);
  const bits = view.getUint16(at + 14, true);
  const tag = said === EXTENSIBLE ? view.getUint16(at + 24, true) : said;
  const known = (tag === PCM && [16, 24, 32].includes(bits)) || (tag === FLOAT && bits === 32);
  if (!known) throw new Unreadable(`samples of an unknown form (${tag}, ${bits} bits)`);
  const channels = view.getUint16(at + 2, true);
  return { rate: view.getUint32(at + 4, true), channels, bits, tag, frameBytes: view.getUint16(at + 12, true) };
}

function samplesOf(bytes, { channels, frameBytes, bits, tag }) {
  const view = new DataView(bytes);
  const width = bits / 8;
  const frames = Math.floor(bytes.byteLength / frameBytes);
  const sample = tag === FLOAT ? (at) => view.getFloat32(at, true) : {
    16: (at) => view.getInt16(at, true) / 0x8000,
    24: (at) => (view.getInt8(at + 2) * 0x10000 + view.getUint16(at, true)) / 0x800000,
    32: (at) => view.getInt32(at, true) / 0x80000000,
  }[bits];
  return Array.from({ length: channels }, (_, channel) => {
    const made = new Float32Array(frames);
    for (let frame = 0; frame < frames; frame += 1) made[frame] = sample(frame * frameBytes + channel * width);
    return made;
  });
}
