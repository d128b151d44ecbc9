// The multitrack player of one finished job: binds what is seen to what is heard. Knows nothing of jobs being made.

import * as api from "../api.js";
import { element } from "../element.js";
import { text } from "../texts.js";
import { Bar } from "./bar.js";
import { keysTold, listen } from "./keys.js";
import { Lanes } from "./lanes.js";
import { Loop } from "./loop.js";
import { Mix } from "./mix.js";
import { Mixdown } from "./mixdown.js";
import { canPlay, plainAudio } from "./plain_audio.js";
import { openSound } from "./sound.js";
import { TooLong } from "./stem_audio.js";
import { Strip } from "./strip.js";
import { POINTS, Waveform } from "./waveform.js";

export class Player {
  #ending = new AbortController(); // of the keys
  #closing = new AbortController(); // of all
  #sound = null; // a promise of it, made at the first play
  #ready = null;
  #seconds = 0; // where it stands before there is sound
  #speed = { speed: 1, semitones: 0 };
  #last = "paused";

  constructor(job) {
    const { stems } = job;
    this.stems = stems;
    this.length = stems[0].duration_seconds;
    this.mix = new Mix(stems.map((stem) => stem.name), () => this.#showMix());
    this.loop = new Loop(this.length, () => this.#showLoop());
    this.bar = new Bar(this, this.length);
    this.strips = stems.map((stem, index) => new Strip(stem, (values) => this.mix.set(index, values)));
    this.note = element("p", { className: "note", role: "status" });
    const list = element("ul", { className: "strips" }, ...this.strips.map((strip) => element("li", {}, strip.root)));
    const foot = element("div", { className: "player-foot" }, this.#mixdown(job).root, keysTold());
    this.root = element("section", { className: "player", "aria-label": text("player") }, this.bar.root, this.note, list, foot);
    this.lanes = new Lanes(list, { onSeek: (at) => this.seekTo(at * this.length), onRegion: (region) => this.#choose(region) });
    this.#showMix();
    this.bar.showLoop(null, false);
    this.#draw();
    listen(this, this.#ending.signal);
  }

  async playOrPause() {
    if (this.#ready?.transport.playing) return this.#ready.transport.pause();
    this.note.textContent = "";
    this.#show("waiting");
    try {
      this.#ready = await (this.#sound ??= this.#open());
    } catch (error) {
      return this.#fallBack(error);
    }
    if (this.#ending.signal.aborted || this.#ready.transport.playing) return;
    if (await this.#ready.play()) return this.#tick();
    this.note.textContent = text("noOutput");
    this.#show("paused");
  }

  seekTo(seconds) {
    this.#seconds = Math.max(0, Math.min(this.length, seconds));
    this.#ready?.transport.seek(this.#seconds * this.#rate);
    this.#showPosition();
  }

  step(seconds) {
    this.seekTo(this.position + seconds);
  }

  get position() {
    return this.#ready?.position ?? this.#seconds;
  }

  toggle(index, what) {
    const state = this.mix.stems[index];
    if (state) this.mix.set(index, { [what]: !state[what] });
  }

  markLoop(end) {
    this.loop.mark(end, this.position);
  }

  toggleLoop() {
    this.loop.toggle();
  }

  // `wanted` has speed (1: as recorded), semitones, or both.
  async setSpeed(wanted) {
    this.#speed = { ...this.#speed, ...wanted };
    try {
      await this.#ready?.setSpeed(this.#speed);
    } catch {
      this.note.textContent = text("pitchFailed");
    }
  }

  setMaster(volume) {
    this.mix.setMaster(volume);
  }

  resetMix() {
    this.mix.stems.forEach((_, index) => this.mix.set(index, { volume: 1, pan: 0, muted: false, solo: false }));
    this.mix.setMaster(1);
  }

  // What comes out now, for a meter or a measurement.
  get peak() {
    return this.#ready?.mixer.peak() ?? 0;
  }

  close() {
    this.#ending.abort();
    this.#closing.abort();
    this.#sound?.then((sound) => sound.close(), () => {});
    this.root.remove();
  }

  get #rate() {
    return this.stems[0].sample_rate;
  }

  async #open() {
    const sound = await openSound(this.stems, this.mix, (state) => this.#show(state));
    sound.transport.seek(this.#seconds * this.#rate);
    sound.transport.setLoop(this.loop.inFrames(this.#rate, this.stems[0].frames));
    await sound.setSpeed(this.#speed);
    return sound;
  }

  #mixdown(job) {
    const onSaid = (words) => (this.note.textContent = words);
    return new Mixdown({ address: `${job.links.self}/mixes`, format: this.stems[0].format, mix: this.mix, onSaid });
  }

  #choose(region) {
    this.loop.set(region.from * this.length, region.to * this.length);
    const { on, from, to } = this.loop;
    if (on && (this.position < from || this.position > to)) this.seekTo(from);
  }

  #showLoop() {
    const { on, from, to } = this.loop;
    this.#ready?.transport.setLoop(this.loop.inFrames(this.#rate, this.stems[0].frames));
    this.bar.showLoop(on ? this.loop : null, on);
    this.lanes.showRegion(on ? { from: from / this.length, to: to / this.length } : null);
  }

  #show(state) {
    if (state === this.#last) return;
    this.#last = state;
    this.bar.showState(state);
    if (state === "failed") this.note.textContent = text("playFailed");
    this.#showPosition();
  }

  #showMix() {
    this.#ready?.mixer.apply();
    this.bar.showMaster(this.mix.master);
    this.strips.forEach((strip, index) => strip.show(this.mix.stems[index], this.mix.heard(index)));
  }

  #showPosition() {
    this.bar.showPosition(this.position);
    this.lanes.showPosition(this.position / this.length);
  }

  #tick() {
    this.#showPosition();
    if (this.#ready.transport.playing) requestAnimationFrame(() => this.#tick());
  }

  // All are drawn to one scale, the loudest filling its lane.
  async #draw() {
    const waveforms = this.strips.map(({ canvas }) => new Waveform(canvas, this.#closing.signal));
    try {
      const outlines = await Promise.all(this.stems.map((stem) => api.peaks(stem.peaks_url, POINTS)));
      const loudest = Math.max(...outlines.flatMap(({ minimum, maximum }) => [...maximum, ...minimum.map((low) => -low)]));
      waveforms.forEach((waveform, index) => waveform.show(outlines[index], loudest));
    } catch {
      // a picture is a nicety; the audio is there
    }
  }

  // A server that is away comes back; samples the browser may not have (a bucket's, say) stay out of reach.
  async #fallBack(error) {
    if (!(error instanceof TooLong) && !(await api.isThere())) {
      this.#sound = null;
      return this.#show("failed");
    }
    const { format } = this.stems[0];
    const reason = !canPlay(format) ? "unplayable" : error instanceof TooLong ? "tooLong" : "notMixable";
    this.note.textContent = text(reason, { format: format.toUpperCase() });
    this.#ending.abort();
    this.bar.root.hidden = true;
    if (canPlay(format)) this.strips.forEach((strip, index) => strip.root.append(plainAudio(this.stems[index])));
    this.root.classList.add("plain");
  }
}
