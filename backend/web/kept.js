// Finished jobs kept in this browser, for when there is no network or the server's copy is gone: record, stems, outlines.
// The service worker answers with them. Draws nothing.

import { POINTS } from "./player/waveform.js";

const CACHE = "kept"; // service_worker.js's name for it, too
const SHIFTER = "/web/vendor/signalsmith-stretch.mjs"; // fetched when needed, so it must have been needed once

export const isPossible = () => "caches" in window && Boolean(navigator.serviceWorker?.controller);
export const bytesOf = (job) => job.stems.reduce((sum, stem) => sum + stem.bytes, 0);

const addressOf = (jobId) => `/api/v1/jobs/${jobId}`;

// `onPart` gets the fraction that is there. The record comes last: a job is kept whole or not at all.
export async function keep(job, onPart) {
  const cache = await caches.open(CACHE);
  const parts = job.stems.flatMap((stem) => [stem.url, `${stem.peaks_url}?points=${POINTS}`]);
  navigator.storage?.persist?.().catch(() => {}); // not awaited: Firefox asks the person, who may never answer
  try {
    await fetch(SHIFTER);
    for (const [index, address] of parts.entries()) {
      onPart(index / parts.length);
      await cache.add(address);
    }
    await cache.put(addressOf(job.job_id), new Response(JSON.stringify(job)));
  } catch (error) {
    await forget(job.job_id);
    throw error;
  }
}

export async function forget(jobId) {
  const cache = await caches.open(CACHE);
  const all = await cache.keys();
  const mine = all.filter(({ url }) => new URL(url).pathname.startsWith(addressOf(jobId)));
  await Promise.all(mine.map((request) => cache.delete(request)));
}

// The records of all that are kept.
export async function jobs() {
  if (!("caches" in window)) return [];
  const cache = await caches.open(CACHE);
  const records = (await cache.keys()).filter(({ url }) => /\/jobs\/[0-9a-f]{32}$/.test(url));
  return Promise.all(records.map(async (request) => (await cache.match(request)).json()));
}
