// Sends one recording to the server: a link as it is, a small file at once, a large one so that it can be resumed.

import * as api from "./api.js";
import { sendResumable } from "./resumable.js";

const RESUMABLE_BYTES = 20e6;

// `source` is {file} or {url}. Resolves to the job; throws a Refusal, or AbortError when `signal` says so.
export async function send(source, fields, { onSent, signal }) {
  if (source.url) return api.submit({ ...fields, url: source.url }, signal);
  const { file } = source;
  if (file.size < RESUMABLE_BYTES) return api.submitFile(file, fields, { onSent, signal });
  const id = await sendResumable(file, { onSent, signal });
  return api.submit({ ...fields, upload_id: id }, signal);
}
