// The options most people never need, each with what happens when it is left alone. Knows no model and no file.

import { element } from "./element.js";
import { text } from "./texts.js";

const LOSSY = ["mp3", "m4a", "ogg"];
// Values as the API spells them; the first is what happens when nothing is said, and is not sent.
const CHOICES = {
  bit_depth: { values: ["", "16", "24", "32f"], for: (format) => !LOSSY.includes(format) },
  bitrate_kbps: { values: ["", "128", "192", "256", "320"], for: (format) => LOSSY.includes(format) },
  sample_rate: { values: ["", "44100", "48000", "88200", "96000"] },
  shifts: { values: ["", "0", "2", "4", "8"] },
  overlap: { values: ["", "0.1", "0.5", "0.75"] },
  clip: { values: ["", "clamp", "none"] },
};

export class Options {
  #controls = {};

  constructor(root) {
    for (const [name, { values }] of Object.entries(CHOICES)) this.#add(root, name, select(name, values));
    const seed = element("input", { type: "number", min: 0, max: 2 ** 32 - 1, step: 1, inputmode: "numeric", placeholder: text("seedUsual") });
    this.#add(root, "seed", seed);
    const box = element("input", { type: "checkbox", value: "true", id: "option-residual", "aria-describedby": "option-residual-note" });
    this.#controls.residual = box;
    const note = element("p", { className: "hint", id: "option-residual-note", text: text("residualNote") });
    root.append(element("div", { className: "choice" }, element("label", { className: "check" }, box, text("residual")), note));
  }

  showFor(format) {
    for (const [name, { for: suits }] of Object.entries(CHOICES)) {
      this.#controls[name].closest(".choice").hidden = Boolean(suits) && !suits(format);
    }
  }

  // Only what was chosen, and only what is shown.
  get fields() {
    const said = Object.entries(this.#controls).filter(([, control]) => !control.closest(".choice").hidden);
    const values = said.map(([name, control]) => [name, control.type === "checkbox" && !control.checked ? "" : control.value]);
    return Object.fromEntries(values.filter(([, value]) => value !== ""));
  }

  #add(root, name, control) {
    const id = `option-${name}`;
    control.id = id;
    control.setAttribute("aria-describedby", `${id}-note`);
    this.#controls[name] = control;
    root.append(element(
      "div", { className: "choice" },
      element("label", { for: id, text: text(name) }),
      control,
      element("p", { className: "hint", id: `${id}-note`, text: text(`${name}Note`) }),
    ));
  }
}

function select(name, values) {
  return element("select", {}, ...values.map((value) => element("option", { value, text: said(name, value) })));
}

function said(name, value) {
  const units = { bit_depth: "bits", bitrate_kbps: "kbps", sample_rate: "hertz", shifts: "passes", overlap: "share" };
  if (!value) return text(`${name}Usual`);
  if (name === "clip") return text(value === "none" ? "clipNone" : "clipClamp");
  if (value === "32f") return text("floats");
  const shown = { overlap: Math.round(value * 100), sample_rate: value / 1000 }[name] ?? value;
  return text(value === "0" ? "passesNone" : units[name], { value: shown });
}
