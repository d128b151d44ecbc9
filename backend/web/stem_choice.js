// Which stems: all, one and the rest, or some of them. Knows no model but by its stems.

import { element } from "./element.js";
import { stemName, text } from "./texts.js";

const SOME = "some";
const option = (value, said) => element("option", { value, text: said });

export class StemChoice {
  #boxes = [];

  constructor(select, some) {
    Object.assign(this, { select, some });
    select.addEventListener("change", () => (some.hidden = select.value !== SOME));
  }

  offer(stems) {
    const pairs = stems.map((stem) => option(stem, text("andRest", { stem: stemName(stem) })));
    const few = stems.length > 1 ? [option(SOME, text("someStems"))] : [];
    this.select.replaceChildren(option("", text("allStems", { count: stems.length })), ...pairs, ...few);
    this.some.hidden = true;
    this.#boxes = stems.map((stem) => element("input", { type: "checkbox", value: stem, checked: true }));
    const labels = this.#boxes.map((box) => element("label", { className: "check" }, box, stemName(box.value)));
    this.some.replaceChildren(element("legend", { text: text("someStems") }), ...labels);
  }

  // None chosen means all, as when nothing was said.
  get fields() {
    if (this.select.value !== SOME) return { two_stems: this.select.value };
    return { stems: this.#boxes.filter((box) => box.checked).map((box) => box.value) };
  }
}
