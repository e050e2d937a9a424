// Light or dark: the system's choice until the button says otherwise; paper is always light.
"use strict";

awd.theme = (() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const listeners = [];
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  const changed = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    for (const listener of listeners) listener();
  };
  button.addEventListener("click", () => {
    const wanted = isDark() ? "light" : "dark";
    if ((wanted === "dark") === system.matches) delete root.dataset.theme;
    else root.dataset.theme = wanted;
    changed();
  });
  system.addEventListener("change", changed);

  let beforePrint;
  let closed = [];
  addEventListener("beforeprint", () => {
    beforePrint = root.dataset.theme;
    root.dataset.theme = "light";
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
    changed();
  });
  addEventListener("afterprint", () => {
    if (beforePrint) root.dataset.theme = beforePrint;
    else delete root.dataset.theme;
    for (const details of closed) details.open = false;
    changed();
  });
  button.setAttribute("aria-pressed", String(isDark()));

  /** `onChange(listener)`: called whenever colours have changed. */
  return { isDark, onChange: (listener) => listeners.push(listener) };
})();
