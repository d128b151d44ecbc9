// The browser's own player for one stem, where mixing is not possible.

import { element } from "../element.js";
import { stemName, text } from "../texts.js";

export function plainAudio(stem) {
  const label = text("playStem", { name: stemName(stem.name) });
  return element("audio", { controls: true, preload: "none", src: stem.url, "aria-label": label });
}
