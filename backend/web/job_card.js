// The card that shows one recording from sending to stems. Draws what it is given; asks nobody.

import { element } from "./element.js";
import { length } from "./figures.js";
import { Player } from "./player/player.js";
import { progressOf } from "./progress.js";
import { text } from "./texts.js";

const at = (id) => document.getElementById(id);

export class JobCard {
  #player = null;
  #shown = null; // the job whose stems the player has

  show(entry) {
    at("job").hidden = false;
    at("job-title").textContent = at("job-title").title = entry.name || text("recording");
    at("job-facts").textContent = entry.job ? facts(entry.job) : "";
    at("job-status").textContent = text(entry.status);
    at("job-status").className = `badge ${entry.status}`;
    this.#showProgress(entry);
    this.#showActions(entry);
    const warnings = entry.job?.warnings ?? [];
    at("warnings").replaceChildren(...warnings.map(({ detail }) => element("li", { text: detail })));
    this.#showStems(entry.status === "completed" ? entry.job : null);
  }

  hide() {
    at("job").hidden = true;
    this.#showStems(null);
  }

  get player() {
    return this.#player;
  }

  #showProgress(entry) {
    const { percent, running, message } = progressOf(entry);
    at("running").hidden = !running;
    at("progress").value = percent;
    at("percent").textContent = `${Math.round(percent)} %`;
    say("message", running ? message : "");
    at("failure").hidden = entry.status !== "failed";
    say("failure", entry.status === "failed" ? [message, entry.source ? "" : text("retryNeedsFile")].join(" ").trim() : "");
  }

  #showActions({ status, job, source }) {
    const { running } = progressOf({ status, job, fraction: 0 });
    at("cancel").hidden = !running;
    const again = source && (status === "failed" || status === "canceled");
    at("retry").hidden = !again;
    at("change").hidden = !again || !source.file;
    at("remove").hidden = running;
    at("remove").textContent = text(status === "completed" ? "remove" : "removeRecord");
    at("archive").hidden = status !== "completed";
    if (status === "completed") at("archive").href = job.download_url;
    const until = status === "completed" && job.expires_at;
    at("expiry").textContent = until ? text("keptUntil", { time: new Date(until).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }) }) : "";
  }

  #showStems(job) {
    if (this.#shown === (job?.job_id ?? null)) return;
    this.#shown = job?.job_id ?? null;
    this.#player?.close();
    this.#player = job?.stems.length ? new Player(job) : null;
    at("player").replaceChildren(...(this.#player ? [this.#player.root] : []));
  }
}

function facts(job) {
  const { duration_seconds: seconds, sample_rate: rate, codec } = job.source;
  return [seconds && length(seconds), codec, rate && `${rate / 1000} kHz`, job.model.name, job.device].filter(Boolean).join(" · ");
}

// Screen readers hear changes only.
function say(id, words) {
  if (at(id).textContent !== words) at(id).textContent = words;
}
