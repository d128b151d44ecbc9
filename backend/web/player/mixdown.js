// The mix as a file: asks the server for what is heard here, then saves it. Plays nothing.

import * as api from "../api.js";
import { element } from "../element.js";
import { text } from "../texts.js";

const FORMATS = ["wav", "flac", "mp3", "m4a", "ogg"];
const DECIBELS = { least: -60, most: 12 };

export class Mixdown {
  // `address` is where mixes of the job are made, `onSaid` gets a sentence for a person.
  constructor({ address, format, mix, onSaid }) {
    Object.assign(this, { address, mix, onSaid });
    this.format = element("select", { "aria-label": text("mixFormat") });
    this.format.append(...FORMATS.map((each) => element("option", { value: each, text: each.toUpperCase(), selected: each === format })));
    this.button = element("button", { className: "quiet small", type: "button", text: text("mixDownload"), title: text("mixNote") });
    this.button.addEventListener("click", () => this.#make());
    this.root = element("div", { className: "tool mixdown" }, this.button, this.format);
  }

  async #make() {
    const wish = wishOf(this.mix, this.format.value);
    if (!wish) return this.onSaid(text("mixSilent"));
    this.#show(true);
    try {
      const { url, applied_gain_db: gain } = await api.mix(this.address, wish);
      this.onSaid(gain < 0 ? text("mixTurnedDown", { decibels: -gain }) : "");
      element("a", { href: url, download: true }).click();
    } catch (refusal) {
      this.onSaid(refusal.message);
    }
    this.#show(false);
  }

  #show(busy) {
    this.button.disabled = busy;
    this.button.textContent = text(busy ? "mixMaking" : "mixDownload");
  }
}

// What is heard, as the server understands it; null when nothing is.
export function wishOf(mix, format) {
  const heard = mix.stems.map((stem, index) => ({ ...stem, volume: mix.heard(index) })).filter(({ volume }) => volume > 0);
  if (!heard.length || !mix.master) return null;
  const stems = Object.fromEntries(heard.map(({ name, volume, pan }) => [name, { gain_db: decibels(volume), pan }]));
  return { stems, gain_db: decibels(mix.master), format };
}

function decibels(volume) {
  return Math.round(Math.max(DECIBELS.least, Math.min(DECIBELS.most, 20 * Math.log10(volume))) * 100) / 100;
}
