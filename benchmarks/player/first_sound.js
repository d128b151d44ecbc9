// Runs in the page before its own scripts. Notes when play was pressed, when the first sample went out of the mixer, and
// what had been fetched by then. `window.hasty` presses play as soon as there is a button.

{
  const AUDIBLE = 1e-4; // full scale being 1
  const heard = (window.heard = { pressed: null, sounded: null });
  const fetched = (part) =>
    performance.getEntriesByType("resource").filter(({ name }) => name.includes(part)).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);

  const listen = () => {
    if (!(window.stemifyPlayer?.peak > AUDIBLE)) return setTimeout(listen, 1);
    const audio = fetched("/stems/") - fetched("/peaks");
    Object.assign(heard, { sounded: performance.now(), audio, others: fetched("/") - audio });
  };

  addEventListener("click", ({ target, timeStamp }) => {
    if (heard.pressed !== null || !target.closest?.(".play")) return;
    heard.pressed = timeStamp;
    listen();
  }, true);

  if (window.hasty) {
    const watching = new MutationObserver(() => {
      const button = document.querySelector(".play");
      if (!button) return;
      watching.disconnect();
      button.click();
    });
    watching.observe(document, { childList: true, subtree: true });
  }
}
