// Dark or light: as the system has it, until the button says otherwise.

export function wireTheme(button) {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  const repaint = () => window.dispatchEvent(new Event("themechange"));
  const kept = localStorage.getItem("theme");
  if (kept) root.dataset.theme = kept;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    show();
    repaint();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (show(), repaint()));
  show();
}
