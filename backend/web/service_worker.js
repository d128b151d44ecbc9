// Answers where the network does not: with the page's own files, and with the jobs a person kept. Keeps nothing of its
// own accord but the page. Knows no job's insides.

const SHELL = "page"; // the caches' names; "kept" is kept.js's
const KEPT = "kept";
const FILES = [
  "/",
  "/web/api.js",
  "/web/app.js",
  "/web/element.js",
  "/web/figures.js",
  "/web/follow.js",
  "/web/form.js",
  "/web/icon-192.png",
  "/web/icon.svg",
  "/web/job_card.js",
  "/web/kept.js",
  "/web/keep_button.js",
  "/web/manifest.webmanifest",
  "/web/notices.js",
  "/web/options.js",
  "/web/player.css",
  "/web/player/bar.js",
  "/web/player/flac_file.js",
  "/web/player/keys.js",
  "/web/player/lanes.js",
  "/web/player/loop.js",
  "/web/player/mix.js",
  "/web/player/mixdown.js",
  "/web/player/mixer.js",
  "/web/player/mp3_file.js",
  "/web/player/pitch.js",
  "/web/player/plain_audio.js",
  "/web/player/player.js",
  "/web/player/ranges.js",
  "/web/player/sound.js",
  "/web/player/stem_audio.js",
  "/web/player/strip.js",
  "/web/player/transport.js",
  "/web/player/wav_file.js",
  "/web/player/waveform.js",
  "/web/problems.js",
  "/web/progress.js",
  "/web/recordings.js",
  "/web/resumable.js",
  "/web/sending.js",
  "/web/shelf.js",
  "/web/stem_choice.js",
  "/web/style.css",
  "/web/texts.js",
  "/web/theme.js",
  "/web/vendor/socket.io.esm.min.js",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  if (pathname === "/" || (pathname.startsWith("/web/") && mode !== "navigate")) event.respondWith(newest(event.request, pathname));
  else if (/^\/api\/v1\/jobs\/[0-9a-f]{32}\/stems\//.test(pathname)) event.respondWith(kept(event.request));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});

// From the network, so that a new release is seen at once; without one, as it last was.
async function newest(request, pathname) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(pathname, response.clone());
    return response;
  } catch (error) {
    const found = await cache.match(pathname);
    if (found) return found;
    throw error;
  }
}

// What was kept never changes, so the network is not asked.
async function kept(request) {
  const found = await (await caches.open(KEPT)).match(request.url, { ignoreVary: true });
  if (!found) return fetch(request);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range") ?? "");
  return range ? part(found, Number(range[1]), range[2] && Number(range[2])) : found;
}

async function part(response, first, last) {
  const whole = await response.blob();
  const end = Math.min(last === "" ? Infinity : last, whole.size - 1);
  const headers = { "Content-Type": whole.type, "Content-Range": `bytes ${first}-${end}/${whole.size}` };
  if (first > end) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${whole.size}` } });
  return new Response(whole.slice(first, end + 1), { status: 206, headers });
}
