// Runs in the page of a player that plays. Seeks to each of these shares of the whole and waits until it plays from
// there; resolves to the seconds each took until its samples were handed to the clock, which sounds them 30 ms later.
async (shares) => {
  const player = window.stemifyPlayer;
  const state = () => document.querySelector(".play").dataset.state;
  const turn = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const took = [];
  for (const share of shares) {
    const began = performance.now();
    player.seekTo(share * player.length);
    while (state() !== "playing") await turn(1);
    took.push((performance.now() - began) / 1000);
    await turn(250); // so that the pieces after it are fetched too
  }
  return took;
}
