// Sends a large file by tus: in pieces that are taken up again after a lost connection, a restart or a reload.

import { refusalFrom, unreachable } from "./problems.js";

const ADDRESS = "/api/v1/uploads";
const PIECE_BYTES = 8 * 2 ** 20;
const WAITS_MS = [0, 500, 1000, 2000, 4000, 8000, 15000, 30000, 30000, 30000];
const PASSING = new Set([0, 409, 423, 429]); // and every 5xx: these answers may be others soon

// Resolves to the upload's id.
export async function sendResumable(file, { onSent, signal }) {
  await import("./vendor/tus.min.js"); // says `tus` to everybody, as it is no module
  return new Promise((resolve, reject) => {
    const upload = new window.tus.Upload(file, {
      endpoint: ADDRESS,
      chunkSize: PIECE_BYTES,
      retryDelays: WAITS_MS,
      metadata: { filename: file.name },
      removeFingerprintOnSuccess: true,
      onProgress: (sent, total) => onSent(sent / total),
      onShouldRetry: (error) => isPassing(error.originalResponse?.getStatus() ?? 0),
      onError: (error) => reject(refusalOf(error)),
      onSuccess: () => resolve(new URL(upload.url, location.href).pathname.split("/").pop()),
    });
    signal.addEventListener("abort", () => {
      upload.abort(true).catch(() => {}); // what arrived is not wanted; without a word it would expire
      reject(new DOMException("Canceled", "AbortError"));
    });
    upload.findPreviousUploads().then((earlier) => {
      if (earlier.length) upload.resumeFromPreviousUpload(earlier[0]);
      if (!signal.aborted) upload.start();
    }, reject);
  });
}

const isPassing = (status) => PASSING.has(status) || status >= 500;

function refusalOf(error) {
  const answer = error.originalResponse;
  return answer ? refusalFrom(answer.getBody(), answer.getStatus()) : unreachable();
}
