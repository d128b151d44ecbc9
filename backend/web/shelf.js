// The list of recordings under the page's card. Rows are kept and updated, so that focus stays where it is.

import { element } from "./element.js";
import { length } from "./figures.js";
import { progressOf } from "./progress.js";
import { text } from "./texts.js";

export class Shelf {
  #rows = new Map();

  constructor(root, list, onOpen) {
    Object.assign(this, { root, list, onOpen });
  }

  // `isKept` says of a job's id whether it is kept in this browser.
  show(entries, selected, isKept) {
    this.root.hidden = entries.length === 0 || (entries.length === 1 && entries[0] === selected);
    const rows = entries.map((entry) => this.#row(entry));
    rows.forEach((row, index) => row.update(entries[index], entries[index] === selected, isKept));
    const wanted = rows.map((row) => row.root);
    const same = wanted.length === this.list.children.length && wanted.every((root, index) => this.list.children[index] === root);
    if (!same) this.list.replaceChildren(...wanted);
    const keys = new Set(entries.map(({ key }) => key));
    for (const key of this.#rows.keys()) if (!keys.has(key)) this.#rows.delete(key);
  }

  #row(entry) {
    if (!this.#rows.has(entry.key)) this.#rows.set(entry.key, new Row(() => this.onOpen(entry)));
    return this.#rows.get(entry.key);
  }
}

class Row {
  constructor(onOpen) {
    this.name = element("span", { className: "row-name", dir: "auto" });
    this.facts = element("span", { className: "hint row-facts" });
    this.badge = element("span", { className: "badge" });
    this.progress = element("progress", { max: 100, "aria-hidden": "true" });
    this.percent = element("span", { className: "figures hint" });
    this.button = element("button", { className: "row", type: "button" }, this.name, this.facts, this.progress, this.percent, this.badge);
    this.button.addEventListener("click", onOpen);
    this.root = element("li", {}, this.button);
  }

  update(entry, selected, isKept) {
    const { percent, running } = progressOf(entry);
    this.name.textContent = entry.name || text("recording");
    this.facts.textContent = running || !entry.job ? "" : facts(entry.job, isKept(entry.job.job_id));
    this.badge.textContent = text(entry.status);
    this.badge.className = `badge ${entry.status}`;
    this.progress.hidden = this.percent.hidden = !running;
    this.progress.value = percent;
    this.percent.textContent = `${Math.round(percent)} %`;
    this.button.toggleAttribute("aria-current", selected);
  }
}

function facts({ source, options, model, created_at: made }, kept) {
  const long = source.duration_seconds ? length(source.duration_seconds) : "";
  return [kept && text("keptShort"), long, options.format, model.name, new Date(made).toLocaleTimeString([], { timeStyle: "short" })].filter(Boolean).join(" · ");
}
