// Numbers as people read them.

import { text } from "./texts.js";

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

export function clock(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(rest)}`;
}

// How long a recording is: never nothing.
export const length = (seconds) => clock(Math.max(1, seconds));

const two = (count) => String(count).padStart(2, "0");

export function roughly(seconds) {
  if (seconds < 90) return text("seconds", { count: Math.max(1, Math.round(seconds)) });
  return text("minutes", { count: Math.round(seconds / 60) });
}
