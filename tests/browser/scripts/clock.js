// What the page's own transport puts out for stems of one and the same noise, rendered as fast as it can be: a channel
// for each stem, with seeks ([at, to] in seconds). Gives how far apart the stems ever are (loudest difference of their
// samples), and for each stretch between seeks how many frames late it is heard at its beginning, middle and end.
async ([url, format, count, seconds, seeks]) => {
  const { openStems, PIECE_SECONDS } = await import("/web/player/stem_audio.js");
  const { Transport } = await import("/web/player/transport.js");
  const rate = 8000;
  const frames = seconds * rate;
  const stem = { url, format, frames, sample_rate: rate, channels: 1, duration_seconds: seconds };
  const context = new OfflineAudioContext(count, frames, rate);
  const merger = new ChannelMergerNode(context, { numberOfInputs: count });
  merger.connect(context.destination);
  const pieces = await openStems(Array.from({ length: count }, () => stem), context);
  const stems = pieces.map((piece, index) => {
    const output = new GainNode(context);
    output.connect(merger, 0, index);
    return { piece, output };
  });
  const transport = new Transport({ context, stems, frames, rate, pieceFrames: PIECE_SECONDS * rate, ahead: Infinity });
  await transport.play();
  const paused = seeks.map(([at, to]) => context.suspend(at).then(async () => {
    await transport.seek(to * rate);
    context.resume();
  }));
  const rendered = await context.startRendering();
  await Promise.all(paused);
  const bytes = await (await fetch(url)).arrayBuffer();
  const original = (await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes)).getChannelData(0);
  const heard = Array.from({ length: count }, (_, index) => rendered.getChannelData(index));
  let apart = 0;
  for (const channel of heard) channel.forEach((sample, at) => (apart = Math.max(apart, Math.abs(sample - heard[0][at]))));
  const starts = [[0, 0], ...seeks];
  const late = starts.map(([at, to], index) => {
    const long = (starts[index + 1]?.[0] ?? seconds) - at;
    return [0.5, long / 2, long - 1.5].map((after) => lag((at + after) * rate, (to + after) * rate));
  });
  return { apart, late };
  // null where the stretch is not heard within a fifth of a second.
  function lag(at, from) {
    const [start, origin] = [Math.round(at), Math.round(from)];
    for (let behind = 0; behind < rate / 5; behind += 1) {
      let worst = 0;
      for (let frame = 0; frame < 800 && worst < 1e-3; frame += 1)
        worst = Math.max(worst, Math.abs(heard[0][start + behind + frame] - original[origin + frame]));
      if (worst < 1e-3) return behind;
    }
    return null;
  }
}
