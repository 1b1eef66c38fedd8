/** A plan beside the board on which it is drawn: what it does, what stands in its way, and then its steps as they go. */

import { h, named } from "../dom";
import type { GraphView, Mark } from "../model";
import type { Progress } from "../wire";
import { t } from "../words";
import { fromFrame, type Preview, Server, type Shown, type Wish, wishOf } from "./ask";
import { Overlay } from "./overlay";

export interface PlanEvents {
  /** Draw the board anew; `fit`: and bring these into view. */
  draw(fit: readonly string[] | null): void;
  /** The plan is not wanted any more. */
  discard(): void;
  say(words: string): void;
}

const AGAIN = 500;
/** A frame may be missed while the bus is away: the server is asked as well. */
const LOOK = 3_000;
const ENDED: ReadonlySet<string> = new Set(["done", "failed", "rolled_back", "cancelled"]);
const GLYPHS: Readonly<Record<string, string>> = { waiting: "○", running: "◐", done: "●", warned: "▲", failed: "✕", skipped: "–" };

export class Plan {
  private text = "";
  private wish: Wish | null = null;
  private preview: Preview | null = null;
  private problem = "";
  private operation: Shown | null = null;
  private busy = false;
  private asked = 0;
  private timer = 0;
  private overlay: Overlay | null = null;
  private readonly server: Server;

  constructor(private readonly pane: HTMLElement, private readonly graph: GraphView, token: string, private readonly mayChange: boolean, private readonly events: PlanEvents) {
    this.server = new Server(token);
  }

  get active(): boolean {
    return this.wish !== null;
  }

  /** The graph to draw: with the plan in it, while it is one. */
  view(): GraphView {
    if (this.preview === null || (this.operation !== null && ENDED.has(this.operation.state))) return this.graph;
    if (this.overlay?.version !== this.graph.version) this.overlay = new Overlay(this.graph, this.preview);
    return this.overlay;
  }

  marks(): ReadonlyMap<string, Mark> {
    const view = this.view();
    return view instanceof Overlay ? view.marks : new Map();
  }

  /** Show the plan that stands in the address; an empty one is none. */
  show(text: string): void {
    if (text === this.text) return;
    clearTimeout(this.timer);
    this.text = text;
    this.wish = text ? wishOf(text) : null;
    this.preview = this.operation = this.overlay = null;
    this.problem = text && this.wish === null ? t("plan_unreadable") : "";
    this.asked += 1;
    this.draw();
    if (this.wish !== null) void this.ask(true);
    this.events.draw(null);
  }

  /** The graph of a host changed: the plan is made anew on it, unless it is being carried out. */
  changed(host: string): void {
    if (this.wish === null || this.operation !== null || (host !== this.wish.host && host !== "")) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(false), AGAIN);
  }

  /** An operation went on. */
  take(frame: Progress): void {
    if (this.operation?.id !== frame.id || ENDED.has(this.operation.state)) return;
    this.operation = fromFrame(frame.id, frame.state, frame.steps, this.operation);
    this.draw();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(), AGAIN / 5);
  }

  private async ask(first: boolean): Promise<void> {
    const { wish } = this;
    if (wish === null) return;
    const turn = ++this.asked;
    const answer = await this.server.preview(wish);
    if (turn !== this.asked || this.operation !== null) return;
    this.preview = answer.ok ? answer.value : null;
    this.problem = answer.ok ? "" : answer.detail || t("not_answered");
    this.overlay = null;
    this.draw();
    this.events.draw(first ? [...this.marks().keys()] : null);
    if (first) this.events.say(this.problem || t(this.preview?.refused ? "plan_refused" : "plan_drawn"));
  }

  private async submit(): Promise<void> {
    if (this.wish === null || this.preview === null || this.busy) return;
    this.busy = true;
    this.draw();
    // What was shown is what is asked for: its subnet, its names.
    const answer = await this.server.submit({ ...this.wish, spec: this.preview.spec });
    this.busy = false;
    if (answer.ok) {
      this.operation = answer.value;
      this.problem = "";
    } else this.problem = answer.detail || t("not_answered");
    this.draw();
    if (answer.ok) await this.look();
    else if (answer.status === 409) void this.ask(false).then(() => this.draw());
  }

  /** Ask how the operation stands, and again until it has ended. */
  private async look(): Promise<void> {
    const id = this.operation?.id;
    if (id === undefined) return;
    clearTimeout(this.timer);
    const answer = await this.server.operation(id);
    if (this.operation?.id !== id) return;
    const before = this.operation.state;
    if (answer.ok && (!ENDED.has(before) || ENDED.has(answer.value.state))) this.operation = answer.value;
    const ended = ENDED.has(this.operation.state);
    this.draw();
    if (ended && before !== this.operation.state) this.events.say(t(`op_${this.operation.state}`));
    if (ended) this.events.draw(null);
    if (!ended || !answer.ok) this.timer = window.setTimeout(() => void this.look(), LOOK);
  }

  private draw(): void {
    const active = this.text !== "";
    const focused = document.activeElement instanceof HTMLElement && this.pane.contains(document.activeElement) ? document.activeElement.id : "";
    this.pane.hidden = !active;
    this.pane.replaceChildren(...(active ? this.parts() : []));
    if (focused) (document.getElementById(focused) ?? this.pane.querySelector<HTMLElement>("h2"))?.focus();
  }

  private parts(): HTMLElement[] {
    const title = this.wish ? t(`kind_of_${this.wish.kind}`) : t("plan");
    const head = h("header", {}, h("h2", { tabindex: -1, id: "plan-title" }, title, " ", this.wish ? h("small", { class: "quiet" }, named(this.wish.host, 63)) : null));
    const body = this.operation ? this.progress(this.operation) : this.proposal();
    return [head, ...(this.problem ? [h("p", { class: "message error", role: "alert" }, named(this.problem, 600))] : []), ...body];
  }

  private proposal(): HTMLElement[] {
    const { preview } = this;
    const found: HTMLElement[] = [];
    if (this.wish !== null && preview === null && !this.problem) found.push(h("p", { class: "quiet" }, t("loading")));
    for (const one of preview?.conflicts ?? []) {
      const bad = one.severity === "refuse";
      found.push(h("p", { class: "finding", "data-code": one.code, "data-severity": one.severity },
        h("span", { class: `glyph s-${bad ? "down" : "degraded"}`, role: "img", "aria-label": t(bad ? "plan_refuses" : "plan_warns") }, bad ? "✕" : "▲"), " ", named(one.message, 600)));
    }
    if (preview && preview.conflicts.length === 0) found.push(h("p", {}, h("span", { class: "glyph s-up", "aria-hidden": "true" }, "●"), " ", t("plan_clear")));
    const act = this.mayChange && preview !== null
      ? h("button", { type: "button", id: "plan-do", "aria-disabled": preview.refused || this.busy ? "true" : "false", onclick: () => { if (!preview.refused) void this.submit(); } }, t("plan_do"))
      : null;
    found.push(h("div", { class: "actions" }, act, h("button", { type: "button", id: "plan-discard", class: "secondary", onclick: () => this.events.discard() }, t("plan_discard"))));
    if (preview && preview.commands.length > 0) {
      found.push(h("details", {}, h("summary", {}, t("by_hand")), h("pre", { tabindex: 0 }, h("code", {}, named(preview.commands.join("\n"), 20_000)))));
    }
    return found;
  }

  private progress(operation: Shown): HTMLElement[] {
    const ended = ENDED.has(operation.state);
    const glyph = operation.state === "done" ? "up" : operation.state === "failed" ? "down" : operation.state === "rolled_back" ? "degraded" : "unknown";
    const steps = operation.steps.map((step) => h("li", { "data-step": step.name, "data-state": step.state },
      h("span", { class: "glyph", "aria-hidden": "true" }, GLYPHS[step.state] ?? "?"), " ", h("strong", {}, t(`step_${step.name}`)), " ", h("small", {}, t(`stepstate_${step.state}`)),
      step.text ? h("div", { class: "quiet" }, named(step.text, 600)) : null));
    return [
      h("p", { id: "plan-state", "data-state": operation.state, role: "status" }, h("span", { class: `glyph s-${glyph}`, "data-glyph": "", "aria-hidden": "true" }), " ", h("strong", {}, t(`op_${operation.state}`))),
      ...(operation.error ? [h("p", { class: "message error" }, named(operation.error, 600))] : []),
      h("ol", { class: "progress" }, ...steps),
      h("div", { class: "actions" }, h("a", { href: `/operations/${encodeURIComponent(operation.id)}/` }, t("details")),
        h("button", { type: "button", id: "plan-discard", class: "secondary", onclick: () => this.events.discard() }, t(ended ? "plan_close" : "plan_leave"))),
    ];
  }
}
