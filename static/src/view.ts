/**
 * What a person looks at, as a link: selection, filter, folds and camera live in the address's fragment, so every view can
 * be sent, and back and forward go through them. The fragment never reaches a server or its log. Pure but for `History`.
 */

import type { Camera } from "./model";

export interface View {
  readonly selection: readonly string[];
  readonly filter: string;
  readonly folded: readonly string[];
  /** null: everything in view. */
  readonly camera: Camera | null;
  /** A plan that is drawn on the board: `kind~host~spec`; empty: none. */
  readonly plan: string;
}

export const EMPTY: View = { selection: [], filter: "", folded: [], camera: null, plan: "" };

const LIMIT = 200;

function ids(value: string | null): string[] {
  return (value ?? "").split(",").filter((id) => /^[\w.:-]{1,200}$/.test(id)).slice(0, LIMIT);
}

function camera(value: string | null): Camera | null {
  const parts = (value ?? "").split(",").map(Number);
  const [x, y, scale] = parts;
  if (parts.length !== 3 || x === undefined || y === undefined || scale === undefined) return null;
  if (![x, y, scale].every(Number.isFinite) || scale <= 0 || scale > 100) return null;
  return { x, y, scale };
}

/** Reads any fragment: what makes no sense is left out. */
export function read(fragment: string): View {
  const params = new URLSearchParams(fragment.replace(/^#/, ""));
  return {
    selection: ids(params.get("s")),
    filter: (params.get("q") ?? "").slice(0, 500),
    folded: ids(params.get("f")),
    camera: camera(params.get("c")),
    plan: (params.get("plan") ?? "").slice(0, 8_000),
  };
}

export function write(view: View): string {
  const params = new URLSearchParams();
  if (view.selection.length > 0) params.set("s", view.selection.slice(0, LIMIT).join(","));
  if (view.filter) params.set("q", view.filter);
  if (view.folded.length > 0) params.set("f", view.folded.slice(0, LIMIT).join(","));
  if (view.camera) {
    const { x, y, scale } = view.camera;
    params.set("c", `${Math.round(x)},${Math.round(y)},${Number(scale.toPrecision(4))}`);
  }
  if (view.plan) params.set("plan", view.plan);
  return params.toString();
}

/** The current view, kept in the address: steps make an entry to go back to, drifts (the camera) replace the current one. */
export class History {
  private timer = 0;
  current: View;

  constructor(private readonly arrived: (view: View) => void) {
    this.current = read(location.hash);
    addEventListener("popstate", () => {
      clearTimeout(this.timer);
      this.current = read(location.hash);
      this.arrived(this.current);
    });
  }

  step(part: Partial<View>): void {
    clearTimeout(this.timer);
    this.current = { ...this.current, ...part };
    const fragment = write(this.current);
    if (fragment !== location.hash.replace(/^#/, "")) history.pushState(null, "", `#${fragment}`);
  }

  drift(part: Partial<View>): void {
    this.current = { ...this.current, ...part };
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => history.replaceState(null, "", `#${write(this.current)}`), 250);
  }

  /** The whole address of the current view. */
  link(): string {
    return `${location.origin}${location.pathname}#${write(this.current)}`;
  }
}
