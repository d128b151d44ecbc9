// The browser's own player for one stem, where mixing is not possible.

import { element } from "../element.js";
import { stemName, text } from "../texts.js";

// False where it has no decoder for it: Ogg before Safari 18.4.
export function canPlay(format) {
  return Boolean(element("audio").canPlayType({ m4a: "audio/mp4" }[format] ?? `audio/${format}`));
}

export function plainAudio(stem) {
  const label = text("playStem", { name: stemName(stem.name) });
  return element("audio", { controls: true, preload: "none", src: stem.url, "aria-label": label });
}
