// An MP3 file of constant bit rate on a server, read in ranges: any stretch of its frames. Where a frame begins follows
// from its number, to a byte or two; its header says the rest.

import { Unreadable, rangeOf } from "./ranges.js";

const HEADER_BYTES = 16_384;
const SLACK_BYTES = 4;
const DECODER_SAMPLES = 529; // by which a decoder is late, beside what the encoder says of itself
const KBPS = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const RATES = [44_100, 48_000, 32_000]; // halved for MPEG 2, again for MPEG 2.5

// Resolves to {samples, delay, read(first, last)}: samples of a frame, samples before the recording begins, and the bytes
// of these frames, `last` included. Throws Unreadable when it is no MP3 file of that form, or the server gives no ranges.
export async function openMp3(url) {
  const { bytes } = await rangeOf(url, 0, HEADER_BYTES);
  const head = new Uint8Array(bytes);
  const tagged = frameAt(head, 0); // the first frame holds a tag instead of sound
  const delay = tagged && delayIn(head, tagged);
  const begin = tagged?.bytes;
  const first = delay === null || !tagged ? null : frameAt(head, begin);
  if (!first) throw new Unreadable("no MP3 file of constant bit rate with its delay told");
  const about = (frame) => begin + frame * first.mean;
  const read = async (from, to) => {
    const at = Math.max(begin, Math.floor(about(from)) - SLACK_BYTES);
    const range = await rangeOf(url, at, Math.ceil(about(to + 1)) + SLACK_BYTES - at);
    return cut(new Uint8Array(range.bytes), first, to - from + 1);
  };
  return { samples: first.samples, delay: delay + DECODER_SAMPLES, read };
}

// `count` whole frames like `like`, from the first that begins here.
function cut(bytes, like, count) {
  for (let at = 0; at <= 2 * SLACK_BYTES; at += 1) {
    let end = at;
    let seen = 0;
    for (; seen < count; seen += 1) {
      const frame = frameAt(bytes, end);
      if (frame?.form !== like.form) break;
      end += frame.bytes;
    }
    if (seen === count && end <= bytes.length) return bytes.slice(at, end).buffer;
  }
  throw new Unreadable("frames are not where they should be");
}

// The frame whose header is at `at`, or null. `mean` is how long such frames are on average, `form` what they share.
function frameAt(bytes, at) {
  const [sync, kind, sizes, channels] = bytes.subarray(at, at + 4);
  if (sync !== 0xff || (kind & 0xe6) !== 0xe2) return null; // layer III of any version
  const version = kind & 0x08 ? 1 : 2;
  const kbps = KBPS[version][sizes >> 4];
  const halvings = { 0x18: 0, 0x10: 1, 0x00: 2 }[kind & 0x18];
  const rate = RATES[(sizes >> 2) & 3] / 2 ** halvings;
  if (!kbps || !rate) return null;
  const samples = version === 1 ? 1152 : 576;
  const mean = ((samples / 8) * kbps * 1000) / rate;
  const mono = channels >> 6 === 3;
  return { samples, mean, version, mono, bytes: Math.floor(mean) + ((sizes >> 1) & 1), form: `${kind} ${sizes & 0xfc}` };
}

// The samples the encoder put before the recording, as LAME's tag of a constant bit rate says; null without one.
function delayIn(head, { version, mono }) {
  const at = 4 + { 1: mono ? 17 : 32, 2: mono ? 9 : 17 }[version];
  if (String.fromCharCode(...head.subarray(at, at + 4)) !== "Info" || head[at + 7] !== 15) return null;
  const told = at + 120 + 21;
  return (head[told] << 4) | (head[told + 1] >> 4);
}
