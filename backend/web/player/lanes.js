// The waveforms as one surface: a click seeks, a drag chooses the stretch to repeat. Told where the playhead is.

const DRAG_PIXELS = 6;

export class Lanes {
  #from = null;

  // `onSeek` gets a fraction of the whole, `onRegion` {from, to} in fractions.
  constructor(root, { onSeek, onRegion }) {
    this.root = root;
    this.onSeek = onSeek;
    this.onRegion = onRegion;
    root.addEventListener("pointerdown", (event) => this.#press(event));
    root.addEventListener("pointermove", (event) => this.#drag(event));
    root.addEventListener("pointerup", (event) => this.#release(event));
    root.addEventListener("pointercancel", () => (this.#from = null));
  }

  showPosition(fraction) {
    this.root.style.setProperty("--at", fraction);
  }

  showRegion(region) {
    this.root.classList.toggle("looped", Boolean(region));
    this.root.style.setProperty("--from", region?.from ?? 0);
    this.root.style.setProperty("--to", region?.to ?? 0);
  }

  #press(event) {
    const lane = event.target.closest(".lane");
    if (!lane || event.button !== 0) return;
    this.#from = { x: event.clientX, box: lane.getBoundingClientRect(), dragged: false };
    lane.setPointerCapture(event.pointerId);
  }

  #drag(event) {
    if (!this.#from) return;
    this.#from.dragged ||= Math.abs(event.clientX - this.#from.x) > DRAG_PIXELS;
    if (this.#from.dragged) this.showRegion(this.#region(event));
  }

  #release(event) {
    if (!this.#from) return;
    if (this.#from.dragged) this.onRegion(this.#region(event));
    else this.onSeek(this.#fraction(event.clientX));
    this.#from = null;
  }

  #region(event) {
    const ends = [this.#fraction(this.#from.x), this.#fraction(event.clientX)];
    return { from: Math.min(...ends), to: Math.max(...ends) };
  }

  #fraction(x) {
    const { left, width } = this.#from.box;
    return Math.max(0, Math.min(1, (x - left) / width));
  }
}
