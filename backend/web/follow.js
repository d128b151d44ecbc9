// Follows a job to its end: over Socket.IO, and by asking over HTTP whenever the socket is silent or missing.

import * as api from "./api.js";
import { io } from "./vendor/socket.io.esm.min.js";

const SILENCE_MS = 5000;
const POLL_MS = 1500;
const ENDINGS = ["completed", "error", "canceled"];
export const ENDED = new Set(["completed", "failed", "canceled"]);

// Calls `onChange` with the job, or with what changed of it, each time something newer is known; `onGone` when it
// is no longer there; `onReach` with whether the server answers. Returns a function that stops.
export function follow(jobId, { onChange, onGone, onReach }) {
  const socket = io("/progress", { transports: ["websocket", "polling"] });
  let seen = -1;
  let heardAt = 0;
  let stopped = false;

  const stop = () => {
    stopped = true;
    clearInterval(timer);
    socket.close();
  };

  const take = (news) => {
    if (stopped || news.version < seen) return;
    seen = news.version;
    heardAt = Date.now();
    onChange(news);
    if (ENDED.has(news.status)) stop();
  };

  const read = async () => {
    try {
      take(await api.job(jobId));
      onReach(true);
    } catch (refusal) {
      if (!refusal.status && !stopped) onReach(false);
      if (refusal.status === 404 && !stopped) {
        stop();
        onGone();
      }
    }
  };

  const look = () => {
    const patience = socket.connected ? SILENCE_MS : POLL_MS;
    if (Date.now() - heardAt >= patience) read();
  };

  socket.on("connect", () =>
    socket.emit("subscribe", { job_id: jobId }, (answer) => (answer.job_id ? take(answer) : read())));
  socket.on("progress", take);
  for (const name of ["stem", ...ENDINGS]) socket.on(name, read);
  const timer = setInterval(look, POLL_MS);
  return stop;
}
