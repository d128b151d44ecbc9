// Stretches of a file on a server. Knows no format.

export class Unreadable extends Error {}

// Resolves to {bytes, total}: `count` bytes from `first` (fewer at the end), and how long the whole file is.
// Throws Unreadable when the server gives no ranges.
export async function rangeOf(url, first, count) {
  const aborting = new AbortController();
  const range = `bytes=${first}-${first + count - 1}`;
  const response = await fetch(url, { headers: { Range: range }, signal: aborting.signal });
  if (response.status !== 206) {
    aborting.abort(); // a whole file must not be drawn into memory
    throw new Unreadable(`asked for a range, answered with ${response.status}`);
  }
  const total = Number(response.headers.get("Content-Range")?.split("/")[1]) || Infinity;
  return { bytes: await response.arrayBuffer(), total };
}
