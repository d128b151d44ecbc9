// A tone of 441 Hz through the page's own transport and mixer at another speed or key, rendered as fast as it can be.
// Gives its frequency, its level, and its roughest bend against that of a smooth tone, from 2 s on: a click is a bend.
async ([speed, semitones]) => {
  const { Mix } = await import("/web/player/mix.js");
  const { Mixer } = await import("/web/player/mixer.js");
  const { Transport } = await import("/web/player/transport.js");
  const [rate, seconds, hertz, length] = [44100, 8, 441, 20];
  const context = new OfflineAudioContext(2, seconds * rate, rate);
  const mixer = new Mixer(context, new Mix(["tone"], () => {}));
  const buffer = context.createBuffer(1, length * rate, rate);
  const samples = buffer.getChannelData(0).map((_, frame) => 0.5 * Math.sin((2 * Math.PI * hertz * frame) / rate));
  buffer.copyToChannel(samples, 0);
  const stems = [{ piece: async (start) => ({ buffer, offset: start / rate }), output: mixer.input(0) }];
  const transport = new Transport({ context, stems, frames: length * rate, rate, pieceFrames: rate, ahead: Infinity });
  await mixer.pitch.set({ speed, semitones });
  transport.setSpeed(speed);
  await transport.play();
  const heard = (await context.startRendering()).getChannelData(0).subarray(2 * rate, 7 * rate);
  let [crossings, loudest, roughest] = [0, 0, 0];
  for (let at = 2; at < heard.length; at += 1) {
    if (heard[at - 1] < 0 && heard[at] >= 0) crossings += 1;
    loudest = Math.max(loudest, Math.abs(heard[at]));
    roughest = Math.max(roughest, Math.abs(heard[at] - 2 * heard[at - 1] + heard[at - 2]));
  }
  const measured = crossings / 5;
  return { hertz: measured, loudest, roughness: roughest / (loudest * ((2 * Math.PI * measured) / rate) ** 2) };
}
