/** Sweeps on the board: begun from the details, painted while they run, with a legend that says what is silent and why. */

import { jump } from "../describe";
import { append, h, named } from "../dom";
import { classOf, incoming, outgoing, text } from "../facts";
import type { GraphView } from "../model";
import { latency } from "../traffic/rates";
import type { Json, Node, SweepProgress, SweepRow } from "../wire";
import { has, n, t } from "../words";
import { CELLS, type Sign, signOf, SweepState } from "./state";

export interface SweepEvents {
  /** Something changed that the board shows. */
  draw(): void;
  go(id: string): void;
  say(words: string): void;
}

/** A sweep as REST tells it. `explanation` is a text in the person's language. */
interface Told extends Pick<SweepProgress, "id" | "host" | "cidr" | "state" | "error"> {
  readonly node: string | null;
  readonly progress: { readonly asked: number; readonly total: number; readonly alive: number };
  readonly results: readonly (Omit<SweepRow, "container"> & { readonly node: string | null; readonly explanation: string })[];
}

const GLYPHS: Readonly<Record<Sign, string>> = { alive: "●", silent: "✕", stranger: "?", odd: "▲" };
const SIGNS: readonly Sign[] = ["alive", "silent", "odd", "stranger"];
/** Addresses that are listed at once. */
const LISTED = 40;
/** Cells of the map in a row, and pixels of a cell. */
const [COLUMNS, CELL] = [32, 7];
const SVG = "http://www.w3.org/2000/svg";
/** A frame may be missed while the bus is away: the server is asked as well. */
const LOOK = 3_000;

export class Sweeps {
  private current: SweepState | null = null;
  private readonly why = new Map<string, string>();
  private problem = "";
  private about = "";
  private busy = false;
  private timer = 0;
  private shown: Node | null = null;
  private readonly section = h("section", { class: "sweeps" });
  /** Sweeps that were put away: their later frames are not shown again. */
  private readonly closed = new Set<string>();

  constructor(private readonly pane: HTMLElement, private readonly graph: GraphView, private readonly token: string, private readonly may: boolean, private readonly events: SweepEvents) {}

  get active(): SweepState | null {
    return this.current;
  }

  /** Somebody opened the board: what runs now is painted as well. */
  async recall(): Promise<void> {
    const found = await this.ask<{ items: Told[] }>("sweeps?state=running&limit=1");
    const [first] = typeof found === "string" ? [] : found.items;
    if (first && this.current === null) await this.fetch(first.id);
  }

  take(frame: SweepProgress): void {
    if (this.closed.has(frame.id)) return;
    if (this.current?.frame.id === frame.id) this.current.take(frame);
    else if (this.current === null || this.current.ended) this.begin(new SweepState(frame));
    else return;
    this.changed();
  }

  private begin(state: SweepState): void {
    this.current = state;
    this.why.clear();
  }

  /** The frame, and what follows from it: the end is asked for with its reasons. */
  private changed(): void {
    clearTimeout(this.timer);
    const state = this.current;
    if (state === null) return;
    if (state.ended && this.why.size === 0) void this.fetch(state.frame.id);
    else if (!state.ended) this.timer = window.setTimeout(() => void this.fetch(state.frame.id), LOOK);
    this.draw();
    this.write();
    this.events.draw();
  }

  private async fetch(id: string): Promise<void> {
    const told = await this.ask<Told>(`sweeps/${encodeURIComponent(id)}?limit=5000`);
    if (typeof told === "string" || this.closed.has(id)) return;
    const rows = told.results.map(({ node, ...row }) => ({ ...row, container: node }));
    const { asked, total, alive } = told.progress;
    const frame: SweepProgress = { type: "sweep", id, host: told.host, network: told.node, cidr: told.cidr, state: told.state, asked, total, alive, results: rows, error: told.error };
    const before = this.current;
    if (before?.frame.id === id) before.take(frame);
    else this.begin(new SweepState(frame));
    const state = this.current;
    for (const row of told.results) this.why.set(row.address, row.explanation);
    if (!state) return;
    if (state.ended) {
      if (this.why.size === 0) this.why.set("", "");
      this.events.say(t("sweep_said", { alive: state.frame.alive, silent: state.with("silent").length }));
    }
    this.changed();
  }

  private close(): void {
    if (this.current) this.closed.add(this.current.frame.id);
    clearTimeout(this.timer);
    this.current = null;
    this.why.clear();
    this.draw();
    this.write();
    this.events.draw();
  }

  // What is asked of the server

  private async ask<T>(path: string, body: { readonly [key: string]: Json } | null = null): Promise<T | string> {
    try {
      const response = await fetch(`/api/v1/${path}`, {
        method: body === null ? "GET" : "POST",
        credentials: "same-origin",
        headers: { accept: "application/json", ...(body === null ? {} : { "content-type": "application/json", "x-csrftoken": this.token }) },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
      });
      const value = (await response.json()) as T & { detail?: string };
      return response.ok ? value : value.detail ?? t("not_answered");
    } catch {
      return t("not_answered");
    }
  }

  private async start(wish: { readonly [key: string]: Json }): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = "";
    this.about = this.shown?.id ?? "";
    this.write();
    const told = await this.ask<{ id: string }>("sweeps", wish);
    this.busy = false;
    if (typeof told === "string") {
      this.problem = told;
      this.events.say(told);
      this.write();
      return;
    }
    this.current = null;
    await this.fetch(told.id);
    this.events.say(t("sweep_begun"));
  }

  // The legend on the board

  private draw(): void {
    const state = this.current;
    this.pane.hidden = state === null;
    if (state === null) return;
    const { frame } = state;
    const network = this.graph.nodes.get(frame.network ?? "");
    const focused = document.activeElement instanceof HTMLElement && this.pane.contains(document.activeElement) ? document.activeElement.id || document.activeElement.dataset["node"] : "";
    this.pane.dataset["state"] = frame.state;
    this.pane.dataset["sweep"] = frame.id;
    this.pane.replaceChildren();
    append(this.pane, [
      h("header", {},
        h("h2", { id: "sweep-title" }, named(network ? network.name : frame.cidr, 40)),
        h("small", { class: "quiet" }, [network ? frame.cidr : "", t(`sweep_${frame.state}`)].filter(Boolean).join(" · ")),
        h("button", { type: "button", id: "sweep-close", "aria-label": t("sweep_close"), title: t("sweep_close"), onclick: () => this.close() }, "✕")),
      h("progress", { max: Math.max(1, frame.total), value: state.ended ? Math.max(1, frame.total) : frame.asked, "aria-label": t("sweep_asked", { asked: frame.asked, total: frame.total }) }),
      h("p", { class: "quiet" }, t("sweep_asked", { asked: frame.asked, total: frame.total })),
      this.map(state),
      ...SIGNS.map((sign) => this.list(state, sign)),
      frame.error && h("p", { class: "why" }, this.sentence(frame.error.code, frame.error.params)),
      h("p", { class: "actions" },
        !state.ended && this.may && h("button", { type: "button", id: "sweep-cancel", onclick: () => void this.ask(`sweeps/${encodeURIComponent(frame.id)}/cancel`, {}) }, t("sweep_cancel")),
        h("a", { href: `/sweeps/${encodeURIComponent(frame.id)}/` }, t("sweep_all"))),
    ]);
    if (focused) this.pane.querySelector<HTMLElement>(`#${CSS.escape(focused)}, [data-node="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  private sentence(code: string, params: { readonly [key: string]: Json }): string {
    return has(`why_${code}`) ? t(`why_${code}`, params) : code;
  }

  private map(state: SweepState): HTMLElement | null {
    const cells = state.cells();
    if (cells.length < 8) return null;
    const svg = document.createElementNS(SVG, "svg");
    const rows = Math.ceil(cells.length / COLUMNS);
    svg.setAttribute("viewBox", `0 0 ${COLUMNS * CELL} ${rows * CELL}`);
    svg.setAttribute("aria-hidden", "true");
    // One path for each kind of cell: 256 elements would be made anew with every frame.
    CELLS.forEach((name, kind) => {
      const path = document.createElementNS(SVG, "path");
      const size = name === "silent" ? CELL : CELL - 2;
      path.setAttribute("class", `cell ${name}`);
      path.setAttribute("d", cells.map((cell, at) => cell === kind ? `M${(at % COLUMNS) * CELL} ${Math.floor(at / COLUMNS) * CELL}h${size}v${size}h-${size}z` : "").join(""));
      svg.append(path);
    });
    return h("div", { class: "map" }, svg);
  }

  private list(state: SweepState, sign: Sign): HTMLElement | null {
    const rows = state.with(sign);
    const head = (): (HTMLElement | string)[] => [h("span", { class: `glyph w-${sign}`, "aria-hidden": "true" }, GLYPHS[sign]), ` ${n(`sweep_${sign}`, rows.length)}`];
    if (rows.length === 0) return sign === "alive" || sign === "silent" ? h("p", { class: "sign" }, ...head()) : null;
    const lines = rows.slice(0, LISTED).map((row) => h("li", {}, this.row(row)));
    if (rows.length > LISTED) lines.push(h("li", { class: "quiet" }, n("more", rows.length - LISTED)));
    const open = sign === "silent" || (this.pane.querySelector<HTMLDetailsElement>(`details.${sign}`)?.open ?? false);
    return h("details", { class: sign, open }, h("summary", {}, ...head()), h("ul", { class: "items" }, ...lines));
  }

  private row(row: SweepRow): HTMLElement {
    const node = row.container === null ? undefined : this.graph.nodes.get(row.container);
    const why = this.reason(row);
    return h("div", {}, h("code", {}, row.address), " ", node && jump(node, node.id, (id) => this.events.go(id), 40),
      row.rtt_us !== null && h("small", { class: "quiet" }, ` ${latency(row.rtt_us)}`), why && h("small", { class: row.alive ? "quiet" : "why" }, ` ${why}`));
  }

  /** The server's words, or as long as it has not been asked, those for the code of the frame. */
  private reason(row: SweepRow): string {
    return this.why.get(row.address) || (row.code ? this.sentence(row.code, row.params) : "");
  }

  // The part of the details

  /** What can be asked from here, and what the sweep on the board said of this node. */
  details(node: Node): HTMLElement {
    if (this.shown?.id !== node.id) {
      this.problem = "";
      this.shown = node;
      this.write();
    } else this.shown = node;
    return this.section;
  }

  private write(): void {
    const node = this.shown;
    if (node === null) return;
    const parts = classOf(node) === "network" ? this.ofNetwork(node) : classOf(node) === "container" ? this.ofContainer(node) : [];
    const problem = this.problem && this.about === node.id ? h("p", { class: "why", role: "alert" }, this.problem) : null;
    this.section.replaceChildren(...(parts.length > 0 ? [h("h3", {}, t("answers")), ...parts, ...(problem ? [problem] : [])] : []));
  }

  private button(id: string, words: string, wish: { readonly [key: string]: Json }): HTMLElement[] {
    return this.may ? [h("button", { type: "button", id, disabled: this.busy, onclick: () => void this.start(wish) }, words)] : [];
  }

  private ofNetwork(node: Node): HTMLElement[] {
    const host = node.host ?? incoming(this.graph, node.id, "endpoint").map((edge) => this.graph.nodes.get(edge.source)?.host).find(Boolean) ?? "";
    const id = text(node.facts, "id");
    const driver = text(node.facts, "driver");
    if (!host || !id || driver === "host" || driver === "null" || driver === "none") return [];
    const state = this.current;
    const told = state && state.frame.network === node.id
      ? [h("p", {}, t("sweep_said", { alive: state.frame.alive, silent: state.with("silent").length }))] : [];
    return [...told, h("p", { class: "actions" }, ...this.button("act-sweep", t("sweep_network"), { host, network: id }))];
  }

  private ofContainer(node: Node): HTMLElement[] {
    const ends = outgoing(this.graph, node.id, "endpoint").filter((edge) => edge.target !== null);
    const id = text(node.facts, "id");
    if (!node.host || !id) return [];
    const rows = this.current?.of(node.id) ?? [];
    const running = node.state === "up" || node.state === "degraded";
    return ends.flatMap((edge, at) => {
      const network = this.graph.nodes.get(edge.target ?? "");
      const address = text(edge.facts, "address").split("/")[0] ?? "";
      const row = rows.find((item) => item.address === address) ?? rows.find(() => this.current?.frame.network === edge.target);
      const from = network && running ? this.button(`act-ping-${at}`, t("ping_from_here", { name: network.name }), { host: node.host, network: text(network.facts, "id"), from: { container: id } }) : [];
      const length = address.includes(":") ? 128 : 32;
      const asked = address ? this.button(`act-why-${at}`, row && !row.alive ? t("why_silent") : t("ask_address", { address }), { host: node.host, cidr: `${address}/${length}` }) : [];
      return [...(row ? [this.said(row)] : []), h("p", { class: "actions" }, ...asked, ...from)];
    });
  }

  private said(row: SweepRow): HTMLElement {
    const sign = signOf(row) ?? "alive";
    const words = row.alive ? t("answered", { address: row.address, time: row.rtt_us === null ? "?" : latency(row.rtt_us) }) : t("is_silent", { address: row.address });
    const why = this.reason(row);
    return h("div", { class: "said", "data-sign": sign }, h("p", {}, h("span", { class: `glyph w-${sign}`, "aria-hidden": "true" }, GLYPHS[sign]), " ", words), why && h("p", { class: row.alive ? "quiet" : "why" }, why));
  }
}
