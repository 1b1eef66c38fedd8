/** Colours of the board, from the page's CSS custom properties, with defaults for light and dark. */

export interface Theme {
  readonly dark: boolean;
  readonly ground: string;
  readonly panel: string;
  readonly edge: string;
  readonly cell: string;
  readonly cellEdge: string;
  readonly ink: string;
  readonly dim: string;
  readonly faint: string;
  readonly nat: string;
  readonly inner: string;
  readonly hanging: string;
  readonly uplink: string;
  readonly plain: string;
  readonly good: string;
  readonly warn: string;
  readonly bad: string;
  readonly chosen: string;
  readonly sans: string;
  readonly mono: string;
}

type Name = Exclude<keyof Theme, "dark">;

const FONTS = {
  sans: 'system-ui, "Segoe UI", "DejaVu Sans", "Helvetica Neue", Arial, sans-serif',
  mono: 'ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
};

const DARK: Record<Name, string> = {
  ground: "#0a0e14", panel: "#101722", edge: "#222e3f", cell: "#16202d", cellEdge: "#2a384b", ink: "#e8eef6", dim: "#93a1b5",
  faint: "#66758a", nat: "#4a9eff", inner: "#2fd3b8", hanging: "#a78bfa", uplink: "#e5ac2f", plain: "#7f8ea3",
  good: "#34d399", warn: "#fbbf24", bad: "#fb7185", chosen: "#5eead4", ...FONTS,
};

const LIGHT: Record<Name, string> = {
  ground: "#eef2f6", panel: "#ffffff", edge: "#cfd8e3", cell: "#f7f9fc", cellEdge: "#bccad9", ink: "#111a26", dim: "#4b5a6e",
  faint: "#76859a", nat: "#1f6fd6", inner: "#0b8577", hanging: "#7048d6", uplink: "#96690a", plain: "#5d6c80",
  good: "#0d8a55", warn: "#a86500", bad: "#cf2444", chosen: "#0b7a6e", ...FONTS,
};

/** Whether a CSS colour is dark: decides the defaults that go with a page's own ground. */
function isDark(root: Element): boolean {
  const said = root.getAttribute("data-theme");
  if (said === "dark" || said === "light") return said === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Where a person's own colours are forced on pages, the board has them as well: what a state is, its glyph says. */
const FORCED: Record<Exclude<Name, keyof typeof FONTS>, string> = {
  ground: "Canvas", panel: "Canvas", edge: "CanvasText", cell: "Canvas", cellEdge: "CanvasText", ink: "CanvasText", dim: "CanvasText",
  faint: "CanvasText", nat: "LinkText", inner: "LinkText", hanging: "LinkText", uplink: "CanvasText", plain: "CanvasText",
  good: "CanvasText", warn: "CanvasText", bad: "CanvasText", chosen: "Highlight",
};

/** The system's colours as `#rrggbb`. */
function forced(): Record<Name, string> {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colours = Object.entries(FORCED).map(([name, system]) => {
    probe.style.color = system;
    const parts = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
    return [name, `#${parts.slice(0, 3).map((part) => Math.round(Number(part)).toString(16).padStart(2, "0")).join("")}`];
  });
  probe.remove();
  return { ...(Object.fromEntries(colours) as Record<keyof typeof FORCED, string>), ...FONTS };
}

/** Read the theme as the page has it now. A property `--board-<name>` (`--board-cell-edge`) overrides the default. */
export function readTheme(element: Element): Theme {
  if (matchMedia("(forced-colors: active)").matches) return { ...forced(), dark: false };
  const dark = isDark(document.documentElement);
  const style = getComputedStyle(element);
  const defaults = dark ? DARK : LIGHT;
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(defaults)) {
    const property = `--board-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    read[name] = style.getPropertyValue(property).trim() || value;
  }
  return { ...(read as Record<Name, string>), dark };
}

/** The theme outside a page, for tests. */
export function plainTheme(dark: boolean): Theme {
  return { ...(dark ? DARK : LIGHT), dark };
}

/** Call back when the page's theme may have changed. Returns how to stop. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class", "style"] });
  const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener("change", changed);
  };
}
