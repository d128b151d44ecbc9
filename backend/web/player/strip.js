// One stem's row in the player: name, mute, solo, volume, pan, waveform, download. Shows a mix; makes no sound.

import { element } from "../element.js";
import { megabytes } from "../figures.js";
import { stemName, text } from "../texts.js";

const CENTRE_STICKS = 5; // percent around the middle that count as the middle

export class Strip {
  // `onSet` gets what was changed: {muted}, {solo}, {volume} or {pan}.
  constructor(stem, onSet) {
    const name = stemName(stem.name);
    this.mute = button("mute", "M", text("muteStem", { name }), () => onSet({ muted: !this.state.muted }));
    this.solo = button("solo", "S", text("soloStem", { name }), () => onSet({ solo: !this.state.solo }));
    this.volume = slider("volume", text("volumeStem", { name }), [0, 150], (value) => onSet({ volume: value / 100 }));
    this.pan = slider("pan", text("panStem", { name }), [-100, 100], (value) => onSet({ pan: snapped(value) / 100 }));
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.root = element(
      "div", { className: "strip", "data-stem": stem.name, "aria-label": name, role: "group" },
      element("div", { className: "strip-head" }, element("h2", { text: name }), this.mute, this.solo),
      element("div", { className: "knobs" }, labelled("volumeShort", this.volume), labelled("panShort", this.pan)),
      element("div", { className: "lane" }, this.canvas),
      download(stem, name),
    );
  }

  show(state, heard) {
    this.state = state;
    this.mute.setAttribute("aria-pressed", String(state.muted));
    this.solo.setAttribute("aria-pressed", String(state.solo));
    set(this.volume, state.volume * 100, text("volumeIs", { percent: Math.round(state.volume * 100) }));
    set(this.pan, state.pan * 100, panText(Math.round(state.pan * 100)));
    this.root.classList.toggle("silent", heard === 0);
  }
}

function button(className, letter, label, act) {
  const made = element("button", { className, type: "button", text: letter, "aria-label": label, title: label, "aria-pressed": "false" });
  made.addEventListener("click", act);
  return made;
}

export function slider(className, label, [min, max], act) {
  const made = element("input", { className, type: "range", min, max, step: 1, "aria-label": label, title: label });
  made.addEventListener("input", () => act(Number(made.value)));
  return made;
}

export function set(input, value, said) {
  input.value = value;
  input.setAttribute("aria-valuetext", said);
  const { min, max } = input;
  input.style.setProperty("--filled", (value - min) / (max - min));
}

// The words to see; what is heard is the control's own, longer name.
export function labelled(key, control) {
  return element("label", { className: "tool" }, element("span", { text: text(key), "aria-hidden": "true" }), control);
}

const snapped = (value) => (Math.abs(value) <= CENTRE_STICKS ? 0 : value);

function panText(percent) {
  if (!percent) return text("panCentre");
  return text(percent < 0 ? "panLeft" : "panRight", { percent: Math.abs(percent) });
}

function download(stem, name) {
  const said = { name, format: stem.format.toUpperCase(), size: megabytes(stem.bytes) };
  return element("a", {
    className: "download", href: stem.url, download: true, text: text("download", said), "aria-label": text("downloadStem", said),
  });
}
