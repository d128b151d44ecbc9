// What a player sounds like: one context with its mixer and transport. Made at the first play: browsers want a gesture.
// Knows no page.

import { Mixer } from "./mixer.js";
import { PIECE_SECONDS, openStems } from "./stem_audio.js";
import { Transport } from "./transport.js";

const PATIENCE_MS = 5000;

// Throws TooLong, Unreadable as openStems does.
export async function openSound(stems, mix, onChange) {
  const { sample_rate: rate, frames } = stems[0];
  if (navigator.audioSession) navigator.audioSession.type = "playback"; // an iPhone's silent switch is not for music
  const context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
  try {
    const pieces = await openStems(stems, context);
    const mixer = new Mixer(context, mix);
    const played = pieces.map((piece, index) => ({ piece, output: mixer.input(index) }));
    const transport = new Transport({ context, stems: played, frames, rate, pieceFrames: PIECE_SECONDS * rate, onChange });
    return new Sound(context, mixer, transport);
  } catch (error) {
    context.close();
    throw error;
  }
}

class Sound {
  #speed = 1;

  constructor(context, mixer, transport) {
    Object.assign(this, { context, mixer, transport });
  }

  // Resolves to whether it plays: where there is nothing to sound from, Firefox waits for ever.
  async play() {
    const begun = this.context.resume().then(() => true);
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, false));
    if (!(await Promise.race([begun, late]))) return false;
    this.transport.play();
    return true;
  }

  // Resolves when it is heard so.
  async setSpeed({ speed, semitones }) {
    await this.mixer.pitch.set({ speed, semitones });
    if (speed !== this.#speed) this.transport.setSpeed(speed);
    this.#speed = speed;
  }

  // What is heard now, in seconds of the recording.
  get position() {
    const { position, playing, rate } = this.transport;
    const late = playing ? this.mixer.pitch.latency * this.#speed : 0;
    return Math.max(0, position / rate - late);
  }

  close() {
    this.transport.pause();
    this.context.close();
  }
}
