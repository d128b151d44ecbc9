// The stretch that is repeated, in seconds of the recording. Plain values, no sound.

const SHORTEST_SECONDS = 0.2;

export class Loop {
  from = 0;
  to = 0;
  on = false;

  constructor(length, onChange) {
    Object.assign(this, { length, onChange });
  }

  // `end` is "from" or "to". An end that passes the other takes the rest of the recording.
  mark(end, at) {
    const { from, to } = { from: this.from, to: this.to, [end]: at };
    if (end === "from" && to <= from) this.set(from, this.length);
    else if (end === "to" && from >= to) this.set(0, to);
    else this.set(from, to);
  }

  toggle() {
    if (this.to <= this.from) return this.set(0, this.length);
    this.set(this.from, this.to, !this.on);
  }

  set(from, to, on = true) {
    Object.assign(this, { from, to, on: on && to - from >= SHORTEST_SECONDS });
    this.onChange();
  }

  // As the transport wants it: in frames, or null.
  inFrames(rate, frames) {
    return this.on ? { from: Math.round(this.from * rate), to: Math.min(frames, Math.round(this.to * rate)) } : null;
  }
}
