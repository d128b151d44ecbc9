// The button that keeps a finished job in this browser, and lets it go again. Says how large it is and how far.

import { megabytes } from "./figures.js";
import * as kept from "./kept.js";
import { text } from "./texts.js";

export class KeepButton {
  #job = null;
  #kept = new Set();
  #busy = false;

  // `onChange` is called when a job was kept or let go, `onFailure` with a sentence.
  constructor(button, { onChange, onFailure }) {
    Object.assign(this, { button, onChange, onFailure });
    button.addEventListener("click", () => this.#press());
  }

  know(jobs) {
    this.#kept = new Set(jobs.map((job) => job.job_id));
    this.#show();
  }

  has(jobId) {
    return this.#kept.has(jobId);
  }

  // `job` is null where there is nothing to keep.
  showFor(job) {
    this.#job = job;
    this.#show();
  }

  async #press() {
    if (this.#busy) return;
    this.#busy = true;
    const job = this.#job;
    try {
      if (this.#kept.has(job.job_id)) {
        await kept.forget(job.job_id);
        this.#kept.delete(job.job_id);
      } else {
        await kept.keep(job, (fraction) => (this.button.textContent = text("keeping", { percent: Math.round(fraction * 100) })));
        this.#kept.add(job.job_id);
      }
      this.onChange();
    } catch {
      this.onFailure(text("keepFailed"));
    }
    this.#busy = false;
    this.#show();
  }

  #show() {
    const is = this.#job && this.#kept.has(this.#job.job_id);
    this.button.hidden = !this.#job || !(is || kept.isPossible());
    if (this.#busy || !this.#job) return;
    this.button.textContent = text(is ? "keptHere" : "keepHere", { size: megabytes(kept.bytesOf(this.#job)) });
    this.button.setAttribute("aria-pressed", String(Boolean(is)));
  }
}
