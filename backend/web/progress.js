// How far a recording is, in figures and words. Draws nothing.

import { ENDED } from "./follow.js";
import { roughly } from "./figures.js";
import { text } from "./texts.js";

// Of an entry of recordings.js: {percent, running, message}.
export function progressOf(entry) {
  const running = !ENDED.has(entry.status);
  if (!entry.job) return { percent: running ? entry.fraction * 100 : 0, running, message: sendingMessage(entry) };
  return { percent: entry.job.progress, running, message: told(entry) };
}

function told({ job, away, alone }) {
  if (away) return text("away");
  return alone && job.status === "queued" ? text("alone") : jobMessage(job);
}

function sendingMessage({ status, fraction, problem, source }) {
  if (problem) return problem.message;
  if (status === "waiting") return text("waiting");
  if (status === "canceled") return "";
  if (source?.url) return text("linking");
  return text(fraction < 1 ? "sending" : "checking");
}

function jobMessage(job) {
  if (job.status === "failed") return job.error?.detail ?? text("wrong");
  const left = job.eta_seconds ? text("left", { time: roughly(job.eta_seconds) }) : "";
  if (job.status === "queued" && job.queue_position) return text("place", { place: job.queue_position }) + left;
  return (job.stage ? text(job.stage) : job.message || text("queued")) + left;
}
