// Numbers as people read them.

import { text } from "./texts.js";

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function roughly(seconds) {
  if (seconds < 90) return text("seconds", { count: Math.max(1, Math.round(seconds)) });
  return text("minutes", { count: Math.round(seconds / 60) });
}
