// A stem's outline on a canvas, from the server's peaks. Knows no audio.

export const POINTS = 1200; // of an outline, as asked for
const BAR = 3; // device-independent pixels from one bar to the next

export class Waveform {
  #peaks = null;
  #loudest = 1;

  constructor(canvas, signal) {
    this.canvas = canvas;
    new ResizeObserver(() => this.paint()).observe(canvas);
    window.addEventListener("themechange", () => this.paint(), { signal });
  }

  // `loudest` is the level that fills the canvas, full scale being 1.
  show(peaks, loudest) {
    this.#peaks = peaks;
    this.#loudest = loudest || 1;
    this.paint();
  }

  paint() {
    const scale = window.devicePixelRatio || 1;
    const width = (this.canvas.width = Math.round(this.canvas.clientWidth * scale));
    const height = (this.canvas.height = Math.round(this.canvas.clientHeight * scale));
    if (!this.#peaks?.minimum.length || !width) return;
    const brush = this.canvas.getContext("2d");
    brush.fillStyle = getComputedStyle(this.canvas).color;
    const bars = Math.floor(width / (BAR * scale));
    for (let bar = 0; bar < bars; bar += 1) {
      const tall = Math.max(scale, this.#reach(bar / bars, (bar + 1) / bars) * height);
      brush.beginPath();
      brush.roundRect(bar * BAR * scale, (height - tall) / 2, (BAR - 1) * scale, tall, scale);
      brush.fill();
    }
  }

  #reach(from, to) {
    const { minimum, maximum } = this.#peaks;
    let most = 0;
    const last = Math.max(Math.floor(from * minimum.length) + 1, Math.floor(to * minimum.length));
    for (let at = Math.floor(from * minimum.length); at < last; at += 1) most = Math.max(most, maximum[at], -minimum[at]);
    return Math.min(1, most / this.#loudest);
  }
}
