// A word from the system when a recording is done, for those who asked for it and look elsewhere. Knows no job's insides.

import { text } from "./texts.js";

const isPossible = () => "Notification" in window && Boolean(navigator.serviceWorker?.controller);

export class Notices {
  // `button` asks for leave; it is gone once there was an answer.
  constructor(button) {
    this.button = button;
    button.addEventListener("click", async () => {
      await Notification.requestPermission();
      this.offer(false);
    });
  }

  offer(running) {
    this.button.hidden = !running || !isPossible() || Notification.permission !== "default";
  }

  async tell(entry) {
    if (!isPossible() || Notification.permission !== "granted" || !document.hidden) return;
    const words = text(entry.status === "completed" ? "noticeDone" : "noticeFailed", { name: entry.name });
    const registration = await navigator.serviceWorker.ready;
    const look = { icon: "/web/icon-192.png", tag: entry.key, data: `/#${entry.job.job_id}` };
    await registration.showNotification(words, look).catch(() => {}); // a system without a place for it (Firefox says so)
  }
}
