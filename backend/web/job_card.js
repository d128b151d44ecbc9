// The card that shows one job from upload to stems. Draws what it is given; asks nobody.

import { ENDED } from "./follow.js";
import { element, stemItem } from "./stems.js";

const at = (id) => document.getElementById(id);
const STATUS = {
  uploading: "Uploading", queued: "Waiting", processing: "Working",
  completed: "Done", failed: "Failed", canceled: "Canceled",
};
const STAGE = {
  fetching: "Fetching the recording", decoding: "Reading the recording", separating: "Separating",
  encoding: "Writing the stems", storing: "Storing the stems",
};

export function showUpload(file, fraction) {
  at("job").hidden = false;
  at("job-title").textContent = file.name;
  at("job-facts").textContent = "";
  at("expiry").textContent = "";
  at("stems").replaceChildren();
  at("warnings").replaceChildren();
  for (const id of ["archive", "remove", "again"]) at(id).hidden = true;
  at("cancel").hidden = false;
  at("running").hidden = false;
  badge("uploading");
  bar(fraction * 100, fraction < 1 ? "Sending the recording" : "Checking the recording");
}

export function showJob(job) {
  const ended = ENDED.has(job.status);
  at("job").hidden = false;
  at("job-title").textContent = job.source.filename || "Recording";
  at("job-facts").textContent = facts(job);
  badge(job.status);
  at("running").hidden = ended && job.status !== "failed";
  bar(job.progress, message(job));
  at("warnings").replaceChildren(...job.warnings.map((warned) => element("li", "", warned.detail)));
  at("cancel").hidden = ended;
  at("cancel").disabled = false;
  at("again").hidden = !ended;
  at("remove").hidden = job.status !== "completed";
  at("archive").hidden = job.status !== "completed";
  if (job.status === "completed") showStems(job);
}

function showStems(job) {
  at("archive").href = job.download_url;
  at("stems").replaceChildren(...job.stems.map(stemItem));
  const until = job.expires_at && new Date(job.expires_at).toLocaleString();
  at("expiry").textContent = until ? `The files are kept until ${until}.` : "";
}

function facts(job) {
  const { duration_seconds: seconds, sample_rate: rate, codec } = job.source;
  const length = seconds ? `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}` : "";
  return [length, codec, rate && `${rate / 1000} kHz`, job.model.name, job.device].filter(Boolean).join(" · ");
}

function message(job) {
  if (job.status === "failed") return job.error.detail;
  const left = job.eta_seconds ? `, about ${duration(job.eta_seconds)} left` : "";
  if (job.status === "queued" && job.queue_position) return `Number ${job.queue_position} in the queue${left}`;
  return `${STAGE[job.stage] || job.message || "Waiting"}${left}`;
}

function duration(seconds) {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}

function badge(status) {
  at("job-status").textContent = STATUS[status];
  at("job-status").className = `badge ${status}`;
}

function bar(percent, text) {
  at("progress").value = percent;
  at("percent").textContent = `${Math.round(percent)} %`;
  if (at("message").textContent !== text) at("message").textContent = text; // screen readers hear changes only
}
