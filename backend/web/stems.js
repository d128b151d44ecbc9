// A finished stem on the page: its name, its waveform, a player, a download. Knows nothing of jobs.

import * as api from "./api.js";

const POINTS = 600;

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

export function stemItem(stem) {
  const item = element("li", "stem");
  const head = element("div", "stem-head");
  const title = element("h3", "", stem.name.replaceAll("_", " "));
  const download = element("a", "", `Download ${stem.format} (${megabytes(stem.bytes)})`);
  download.href = stem.url;
  download.download = "";
  download.setAttribute("aria-label", `Download ${stem.name}, ${stem.format}, ${megabytes(stem.bytes)}`);
  head.append(title, download);
  const canvas = element("canvas");
  canvas.setAttribute("aria-hidden", "true");
  const player = element("audio");
  Object.assign(player, { controls: true, preload: "none", src: stem.url });
  player.setAttribute("aria-label", `Play ${stem.name}`);
  item.append(head, canvas, player);
  draw(canvas, stem.peaks_url);
  return item;
}

async function draw(canvas, url) {
  try {
    const peaks = await api.peaks(url, POINTS);
    requestAnimationFrame(() => paint(canvas, peaks));
  } catch {
    canvas.remove(); // a picture is a nicety; the audio is there
  }
}

function paint(canvas, { minimum, maximum }) {
  const scale = window.devicePixelRatio || 1;
  const width = (canvas.width = Math.round(canvas.clientWidth * scale));
  const height = (canvas.height = Math.round(canvas.clientHeight * scale));
  const brush = canvas.getContext("2d");
  brush.fillStyle = getComputedStyle(canvas).color;
  const step = width / minimum.length;
  minimum.forEach((low, index) => {
    const top = (1 - Math.min(1, maximum[index])) * height / 2;
    const bottom = (1 - Math.max(-1, low)) * height / 2;
    brush.fillRect(index * step, top, Math.max(1, step * 0.8), Math.max(scale, bottom - top));
  });
}

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
