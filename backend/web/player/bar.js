// The player's bar: play, position, loop, speed, master, reset. Shows what it is told; tells what was asked of it.

import { element } from "../element.js";
import { clock, length } from "../figures.js";
import { text } from "../texts.js";
import { labelled, set, slider } from "./strip.js";

const SPEEDS = [0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2];
const SEMITONES = 12;
const STEPS = 1000;

export class Bar {
  // `player` has playOrPause, seekTo, markLoop, toggleLoop, setSpeed, setMaster and resetMix.
  constructor(player, seconds) {
    this.seconds = seconds;
    this.playButton = element("button", { className: "play primary", type: "button", "aria-label": text("play") });
    this.playButton.addEventListener("click", () => player.playOrPause());
    this.time = element("span", { className: "figures time" });
    this.seek = slider("seek", text("position"), [0, STEPS], (value) => player.seekTo((value / STEPS) * seconds));
    this.seek.addEventListener("keydown", (event) => this.#stepSeconds(event, player));
    this.loop = quiet("loop", () => player.toggleLoop(), { "aria-pressed": "false" });
    this.master = slider("master", text("master"), [0, 100], (value) => player.setMaster(value / 100));
    this.root = element(
      "div", { className: "player-bar" },
      element("div", { className: "transport" }, this.playButton, this.seek, this.time),
      element(
        "div", { className: "tools" },
        quiet("loopFrom", () => player.markLoop("from"), { text: "[", "aria-label": text("loopFrom"), title: text("loopFrom") }),
        this.loop,
        quiet("loopTo", () => player.markLoop("to"), { text: "]", "aria-label": text("loopTo"), title: text("loopTo") }),
        labelled("speed", this.#speeds(player)),
        labelled("pitch", this.#pitches(player)),
        labelled("volumeShort", this.master),
        quiet("reset", () => player.resetMix()),
      ),
    );
    this.showPosition(0);
    this.showState("paused");
  }

  showState(state) {
    const on = state === "playing" || state === "waiting";
    this.playButton.setAttribute("aria-label", text(on ? "pause" : "play"));
    this.playButton.title = this.playButton.getAttribute("aria-label");
    this.playButton.dataset.state = state === "waiting" ? "waiting" : on ? "playing" : "paused";
  }

  showPosition(seconds) {
    const said = { at: clock(seconds), total: length(this.seconds) };
    const shown = `${said.at} / ${said.total}`;
    if (this.time.textContent !== shown) this.time.textContent = shown;
    set(this.seek, (seconds / this.seconds) * STEPS, text("positionIs", said));
  }

  showLoop(loop, on) {
    this.loop.setAttribute("aria-pressed", String(on));
    this.loop.textContent = loop ? text("loopIs", { from: clock(loop.from), to: clock(loop.to) }) : text("loop");
  }

  showMaster(volume) {
    set(this.master, volume * 100, text("volumeIs", { percent: Math.round(volume * 100) }));
  }

  // A slider's own arrow keys go by thousandths of the whole; people expect seconds.
  #stepSeconds(event, player) {
    const step = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5 }[event.key];
    if (!step) return;
    event.preventDefault();
    player.step(step);
  }

  #speeds(player) {
    const options = SPEEDS.map((speed) => [speed, `${speed}×`]);
    return choice("speed", options, 1, (speed) => player.setSpeed({ speed }));
  }

  #pitches(player) {
    const all = Array.from({ length: 2 * SEMITONES + 1 }, (_, index) => SEMITONES - index);
    const options = all.map((semitones) => [semitones, semitones > 0 ? `+${semitones}` : `${semitones}`.replace("-", "−")]);
    return choice("pitch", options, 0, (semitones) => player.setSpeed({ semitones }));
  }
}

function choice(key, options, usual, act) {
  const made = element("select", { "aria-label": text(`${key}Named`), title: text(`${key}Note`) });
  made.append(...options.map(([value, said]) => element("option", { value, text: said, selected: value === usual })));
  made.addEventListener("change", () => act(Number(made.value)));
  return made;
}

function quiet(key, act, attributes = {}) {
  const made = element("button", { className: `quiet small ${key}`, type: "button", text: text(key), ...attributes });
  made.addEventListener("click", act);
  return made;
}
