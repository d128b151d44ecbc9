// The player's keys, and what is said of them. Leaves keys alone that the focused field or button needs itself.

import { element } from "../element.js";
import { text } from "../texts.js";

const STEP_SECONDS = 5;

export function listen(player, signal) {
  window.addEventListener("keydown", (event) => press(player, event), { signal });
}

export function keysTold() {
  return element("details", { className: "keys" }, element("summary", { text: text("keys") }), element("p", { text: text("keysAre") }));
}

function press(player, event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const focused = event.target.closest?.("input, select, textarea, button, a, summary, audio");
  if (focused?.matches("select, textarea, audio") || (focused?.matches("input") && focused.type !== "range")) return;
  if (focused && [" ", "Enter"].includes(event.key) && focused.type !== "range") return;
  if (focused?.type === "range" && /^(Arrow|Home|End|Page)/.test(event.key)) return;
  const act = action(player, event);
  if (!act) return;
  event.preventDefault();
  act();
}

function action(player, { key, code, shiftKey }) {
  const digit = /^Digit([1-9])$/.exec(code)?.[1];
  if (digit) return () => player.toggle(digit - 1, shiftKey ? "solo" : "muted");
  return {
    " ": () => player.playOrPause(),
    ArrowLeft: () => player.step(-STEP_SECONDS),
    ArrowRight: () => player.step(STEP_SECONDS),
    Home: () => player.seekTo(0),
    "[": () => player.markLoop("from"),
    "]": () => player.markLoop("to"),
    l: () => player.toggleLoop(),
  }[key];
}
