// The recordings of this page: those being sent, and the caller's jobs as the server lists them. Draws nothing.

import * as api from "./api.js";
import { ENDED } from "./follow.js";
import { send } from "./sending.js";

const LISTED = 20;
const POLL_MS = 2500;
const LONG_MS = 10_000;

// An entry: {key, name, status, fraction, source, fields, job, problem, away, alone}. `job` is null until the server has taken
// the recording; `source` ({file} or {url}) is null for what was sent before this page was loaded; `away` is true while
// the server does not answer, `alone` while no worker is there.
export class Recordings {
  #entries = [];
  #dropped = new Set(); // ids of jobs that an answer on its way may still name
  #made = 0;
  #sending = false;
  #listed = true; // false where the server lists no jobs

  // `onEnd` gets an entry that came to its end while it was watched.
  constructor(onChange, onEnd) {
    Object.assign(this, { onChange, onEnd });
    setInterval(() => this.#refresh(), POLL_MS);
  }

  get isBusy() {
    return this.#entries.some(({ status }) => !ENDED.has(status));
  }

  find(jobId) {
    return this.#of(jobId);
  }

  get all() {
    return [...this.#entries].sort((one, other) => other.since - one.since);
  }

  // `sources`: {name, file} or {name, url}. They will be sent one after the other. Gives their entries.
  add(sources, fields) {
    const now = Date.now();
    const made = sources.map(({ name, idempotency = randomKey(), ...source }, index) => this.#keep({
      key: `sent-${(this.#made += 1)}`, name, since: now - index / 1000, status: "waiting", fraction: 0, idempotency, source, fields,
    }));
    this.#entries.push(...made);
    this.#send();
    return made;
  }

  // What is known of a job now; newer news replace older ones.
  take(news) {
    const entry = this.#of(news.job_id);
    if (!entry) return this.#adopt(news);
    if (news.version < entry.job.version) return entry;
    const ends = !ENDED.has(entry.status) && ENDED.has(news.status);
    entry.job = { ...entry.job, ...news };
    entry.status = entry.job.status;
    if (ends) this.onEnd(entry);
    entry.name = entry.job.source?.filename || entry.name; // a link's name is known once it was fetched
    entry.away = false;
    this.onChange();
    return entry;
  }

  // Whether the server answers questions about this job.
  reach(jobId, there) {
    const entry = this.#of(jobId);
    if (!entry || entry.away === !there) return;
    entry.away = !there;
    this.onChange();
  }

  // The jobs of the caller, or none where the server lists none.
  async list() {
    try {
      const page = await api.jobs(LISTED);
      page.data.filter(({ job_id: id }) => !this.#dropped.has(id)).forEach((job) => this.take(job));
    } catch (refusal) {
      if (refusal.status !== 403) throw refusal;
      this.#listed = false;
    }
  }

  async cancel(entry) {
    if (entry.job) return this.take(await api.cancel(entry.job.job_id));
    entry.status = "canceled";
    entry.aborting?.abort();
    this.onChange();
    return entry;
  }

  async remove(entry) {
    try {
      if (entry.job) await api.remove(entry.job.job_id);
    } catch (refusal) {
      if (refusal.status !== 404) throw refusal; // gone there already, and still in this list
    }
    this.drop(entry);
  }

  drop(entry) {
    if (entry.job) this.#dropped.add(entry.job.job_id);
    this.#entries = this.#entries.filter((each) => each !== entry);
    this.onChange();
  }

  // The same recording with the same wishes once more, in place of the one that failed.
  retry(entry) {
    this.#entries = this.#entries.filter((each) => each !== entry);
    const { file, url } = entry.source;
    // Where no answer came the job may have been made: the same key, with the same upload, finds it.
    const unanswered = entry.problem?.status === 0;
    const same = unanswered ? { ...entry.source, idempotency: entry.idempotency } : { file, url };
    return this.add([{ name: entry.name, ...same }], entry.fields)[0];
  }

  #keep(entry) {
    return { job: null, problem: null, source: null, aborting: null, away: false, alone: false, ...entry };
  }

  #of(jobId) {
    return this.#entries.find(({ job }) => job?.job_id === jobId);
  }

  #adopt(job) {
    const name = job.source.filename || job.source.url;
    const made = this.#keep({ key: job.job_id, name, since: Date.parse(job.created_at), status: job.status, job });
    this.#entries.push(made);
    this.onChange();
    return made;
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    for (let next; (next = this.#entries.find(({ status }) => status === "waiting")); ) await this.#sendOne(next);
    this.#sending = false;
  }

  async #sendOne(entry) {
    entry.status = "uploading";
    entry.aborting = new AbortController();
    const onSent = (fraction) => ((entry.fraction = fraction), this.onChange());
    onSent(0);
    try {
      const job = await send(entry.source, entry.fields, { key: entry.idempotency, onSent, signal: entry.aborting.signal });
      const listed = this.#of(job.job_id); // the list may have been quicker than the answer
      this.#entries = this.#entries.filter((each) => each !== listed);
      Object.assign(entry, { job, status: job.status });
    } catch (refusal) {
      const stopped = refusal.name === "AbortError";
      Object.assign(entry, { status: stopped ? "canceled" : "failed", problem: stopped ? null : refusal });
    }
    this.onChange();
  }

  async #refresh() {
    const running = this.#entries.filter(({ job }) => job && !ENDED.has(job.status));
    if (!running.length) return;
    try {
      if (this.#listed && running.length > 1) await this.list();
      else await Promise.all(running.map(async ({ job }) => this.take(await api.job(job.job_id))));
      await this.#lookForWorkers(running);
    } catch {
      // away for a moment: asked again at the next turn
    }
  }

  // A job that waits long may wait for nobody: a person should know.
  async #lookForWorkers(running) {
    const waiting = running.filter(({ status, since }) => status === "queued" && Date.now() - since > LONG_MS);
    if (!waiting.length) return;
    const isAlone = (await api.dependencies()).some(({ name, ok }) => name === "worker" && !ok);
    if (waiting.every((entry) => entry.alone === isAlone)) return;
    waiting.forEach((entry) => (entry.alone = isAlone));
    this.onChange();
  }
}

// crypto.randomUUID is there only where the address is secure.
const randomKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (each) => each.toString(16)).join("-");
