// The mix a person has set: volume, pan, mute and solo of each stem, and the master's volume. Plain values, no sound.

export class Mix {
  master = 1;
  #changed;

  constructor(names, onChange) {
    this.stems = names.map((name) => ({ name, volume: 1, pan: 0, muted: false, solo: false }));
    this.#changed = onChange;
  }

  set(index, values) {
    Object.assign(this.stems[index], values);
    this.#changed();
  }

  setMaster(volume) {
    this.master = volume;
    this.#changed();
  }

  // What a stem is heard at: solo silences all that are not solo; mute silences always.
  heard(index) {
    const { muted, solo, volume } = this.stems[index];
    const silenced = muted || (!solo && this.stems.some((stem) => stem.solo));
    return silenced ? 0 : volume;
  }
}
