// A FLAC file on a server, read in ranges: any stretch of its blocks, as a file of its own that a browser can decode.
// Its blocks are numbered and of one length, so any of them is found by guessing, looking and guessing better.

import { Unreadable, rangeOf } from "./ranges.js";

const HEADER_BYTES = 16_384;
const STREAMINFO_BYTES = 34;
const LOOK_BYTES = 49_152;
const LOOKS = 40;

// Resolves to {blockFrames, read(first, last)}, `read` giving the bytes of a FLAC file with these blocks, `last` included.
// Throws Unreadable when it is no FLAC file of a known form, or the server gives no ranges.
export async function openFlac(url) {
  const { bytes, total } = await rangeOf(url, 0, HEADER_BYTES);
  const info = streamInfo(bytes);
  const blocks = Math.ceil(info.frames / info.blockFrames);
  const starts = new Map([[0, info.begin], [blocks, total]]); // where blocks are known to begin
  const find = (block) => findStart(block, { url, starts, blocks });
  const read = async (first, last) => {
    const from = await find(first);
    const guess = Math.ceil(((total - info.begin) / blocks) * (last + 1 - first) * 1.1) + LOOK_BYTES;
    let { bytes: data } = await rangeOf(url, from, guess);
    note(starts, data, from, [first, last + 1]);
    const end = starts.get(last + 1) ?? (await find(last + 1));
    if (end - from > data.byteLength) ({ bytes: data } = await rangeOf(url, from, end - from));
    return new Blob([info.head, data.slice(0, end - from)]).arrayBuffer();
  };
  return { blockFrames: info.blockFrames, read };
}

async function findStart(block, { url, starts, blocks }) {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    if (starts.has(block)) return starts.get(block);
    const [below, above] = neighbours(starts, block);
    const [low, high] = [starts.get(below), starts.get(above)];
    const share = looks % 3 === 2 ? 0.5 : (block - below) / (above - below); // a lying guess is halved now and then
    const at = Math.max(low + 1, Math.floor(low + (high - low) * share - LOOK_BYTES / 4));
    const from = high - low <= LOOK_BYTES ? low : at;
    const { bytes } = await rangeOf(url, from, Math.min(LOOK_BYTES, high + 16 - from));
    note(starts, bytes, from, [below, above]);
  }
  throw new Unreadable(`block ${block} of ${blocks} was not found`);
}

// The nearest known blocks below and above. Ten hours have hundreds of thousands, too many to be arguments.
function neighbours(starts, block) {
  let [below, above] = [0, Infinity];
  for (const known of starts.keys()) {
    if (known < block) below = Math.max(below, known);
    if (known > block) above = Math.min(above, known);
  }
  return [below, above];
}

// Notes where blocks begin in these bytes. What looks like a header may be chance; two of neighbouring numbers are not.
function note(starts, data, from, [below, above]) {
  const bytes = new Uint8Array(data);
  const seen = new Map();
  for (let at = 0; at + 16 <= bytes.length; at += 1) {
    if (bytes[at] !== 0xff || bytes[at + 1] !== 0xf8) continue;
    const number = blockNumber(bytes, at);
    if (number !== null && number >= below && number <= above) seen.set(number, at);
  }
  for (const [number, at] of seen) {
    if (seen.get(number - 1) < at || seen.get(number + 1) > at) starts.set(number, from + at);
  }
}

// The number of the block whose header begins at `at`; null when none does: the header's checksum tells.
function blockNumber(bytes, at) {
  const sizeCode = bytes[at + 2] >> 4;
  const rateCode = bytes[at + 2] & 15;
  if (!sizeCode || rateCode === 15 || bytes[at + 3] & 1) return null;
  const ones = Math.clz32(~(bytes[at + 4] << 24)); // as in UTF-8
  if (ones === 1 || ones > 6) return null;
  let number = ones ? bytes[at + 4] & (0x7f >> ones) : bytes[at + 4];
  let end = at + 5;
  for (; end < at + 4 + Math.max(1, ones); end += 1) number = number * 64 + (bytes[end] & 0x3f);
  end += { 6: 1, 7: 2 }[sizeCode] ?? 0;
  end += { 12: 1, 13: 2, 14: 2 }[rateCode] ?? 0;
  return crc8(bytes, at, end) === bytes[end] ? number : null;
}

function crc8(bytes, from, to) {
  let crc = 0;
  for (let at = from; at < to; at += 1) {
    crc ^= bytes[at];
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return crc;
}

// What the file says of itself, and the head of a file with other blocks of it: of a length that is not told.
function streamInfo(header) {
  const view = new DataView(header);
  const bytes = new Uint8Array(header);
  if (String.fromCharCode(...bytes.slice(0, 4)) !== "fLaC" || bytes[4] & 0x7f) throw new Unreadable("no FLAC file");
  const [least, most] = [view.getUint16(8), view.getUint16(10)];
  const frames = (bytes[21] & 15) * 2 ** 32 + view.getUint32(22);
  if (least !== most || !frames) throw new Unreadable("blocks of many lengths, or of a length that is not told");
  const head = bytes.slice(0, 8 + STREAMINFO_BYTES);
  head[4] = 0x80; // the only one of the blocks before the audio
  head.fill(0, 12, 18);
  head[21] &= 0xf0;
  head.fill(0, 22);
  return { blockFrames: most, frames, head, begin: beginning(view) };
}

function beginning(view) {
  for (let at = 4; at + 4 <= view.byteLength; ) {
    const word = view.getUint32(at);
    at += 4 + (word & 0xffffff);
    if (word >>> 31) return at;
  }
  throw new Unreadable("no samples in the first bytes");
}
