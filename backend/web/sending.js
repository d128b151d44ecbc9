// Sends one recording to the server: a link as it is, a small file at once, a large one so that it can be resumed.

import * as api from "./api.js";
import { sendResumable } from "./resumable.js";

const RESUMABLE_BYTES = 20e6;

// `source` is {file} or {url}; the same `key` makes no second job when only the answer was lost. Resolves to the job;
// throws a Refusal, or AbortError when `signal` says so.
export async function send(source, fields, { key, onSent, signal }) {
  if (source.url) return api.submit({ ...fields, url: source.url }, { key, signal });
  const { file } = source;
  if (file.size < RESUMABLE_BYTES) return api.submitFile(file, fields, { key, onSent, signal });
  source.uploadId ??= await sendResumable(file, { onSent, signal });
  return api.submit({ ...fields, upload_id: source.uploadId }, { key, signal });
}
