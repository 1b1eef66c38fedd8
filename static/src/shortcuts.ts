/** Keys. Single keys can be switched off (WCAG 2.1.4); Ctrl-K always works. */

export type Action = "find" | "help" | "fit" | "in" | "out" | "tree" | "details" | "feed" | "impact" | "clear" | "center" | "left" | "right" | "up" | "down" | "fold" | "pause";

const SINGLE: Readonly<Record<string, Action>> = {
  "/": "find", "?": "help", f: "fit", "+": "in", "=": "in", "-": "out", t: "tree", d: "details", e: "feed", i: "impact", c: "center", z: "fold", p: "pause",
};
const ON_BOARD: Readonly<Record<string, Action>> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export class Shortcuts {
  private on: boolean;

  constructor(private readonly board: HTMLElement, private readonly act: (action: Action) => void) {
    this.on = document.body.dataset["shortcuts"] !== "off" && localStorage.getItem("netboard.shortcuts") !== "off";
    addEventListener("keydown", (event) => this.key(event));
  }

  get enabled(): boolean {
    return this.on;
  }

  set enabled(on: boolean) {
    this.on = on;
    localStorage.setItem("netboard.shortcuts", on ? "on" : "off");
  }

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const action = this.actionOf(event);
    if (!action) return;
    event.preventDefault();
    this.act(action);
  }

  private actionOf(event: KeyboardEvent): Action | undefined {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return "find";
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return undefined;
    if (event.key === "Escape") return "clear";
    if (event.target === this.board && ON_BOARD[event.key]) return ON_BOARD[event.key];
    return this.on || event.target === this.board ? SINGLE[event.key] : undefined;
  }
}
