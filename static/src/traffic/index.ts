/** What passes the devices: asked for the hosts in view only, drawn as widths of rails, shown with its past in the details. */

import { classOf, devicesIn, incoming, text } from "../facts";
import { h, named } from "../dom";
import { fetchJson } from "../http";
import type { GraphView, Renderer } from "../model";
import type { Node, Reach, Reached, Traffic as Frame } from "../wire";
import { count, t, time } from "../words";
import { amount, carried, latency, lost, NOTHING, type Rates, rounded, RX_BYTES, RX_PACKETS, TX_BYTES, TX_PACKETS } from "./rates";
import { line, type Past, Series } from "./series";
import { looks } from "./looks";

export interface TrafficEvents {
  /** Have these hosts' traffic told, and no others'. */
  watch(hosts: readonly string[]): void;
  /** Something changed that the rails show. */
  draw(): void;
}

/** Hosts that are watched at once. */
const MOST = 16;
/** Below this scale rails are too small to tell their widths apart. */
const CLOSE = 0.25;
/** Devices whose lines stand in the details. */
const LINES = 4;
const KEY = "netboard.traffic";
const [WIDTH, HEIGHT] = [160, 26];
const SVG = "http://www.w3.org/2000/svg";

export class Traffic {
  private frames = new Map<string, Frame>();
  private reached = new Map<string, Map<string, Reached>>();
  private series = new Map<string, Series>();
  private watched: readonly string[] = [];
  private shown: Node | null = null;
  private readonly section = h("section", { class: "traffic" });
  private timer = 0;
  paused: boolean;

  constructor(private readonly graph: GraphView, private readonly renderer: Renderer, private readonly canvas: HTMLElement, private readonly button: HTMLElement, private readonly events: TrafficEvents) {
    // What moves by itself is off at first for those who want little motion.
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.paused = (localStorage.getItem(KEY) ?? (still ? "off" : "on")) === "off";
    button.addEventListener("click", () => this.pause(!this.paused));
    document.addEventListener("visibilitychange", () => this.look());
    this.press();
  }

  private press(): void {
    this.button.setAttribute("aria-pressed", String(!this.paused));
  }

  pause(paused: boolean): void {
    this.paused = paused;
    localStorage.setItem(KEY, paused ? "off" : "on");
    if (paused) this.frames.clear();
    this.press();
    this.look();
    this.write();
    this.events.draw();
  }

  /** Soon find out anew which hosts are looked at. */
  look(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), 300);
  }

  private ask(): void {
    const hosts = this.paused || document.hidden ? [] : this.inView();
    if (hosts.join() === this.watched.join()) return;
    const fresh = hosts.filter((host) => !this.watched.includes(host));
    this.watched = hosts;
    for (const host of this.frames.keys()) if (!hosts.includes(host)) this.frames.delete(host);
    this.events.watch(hosts);
    for (const host of fresh) if (!this.reached.has(host)) void this.recall(host);
    this.events.draw();
  }

  private inView(): string[] {
    const { x, y, scale } = this.renderer.camera();
    const found = new Set<string>();
    if (this.shown?.host) found.add(this.shown.host);
    if (scale >= CLOSE) {
      const [right, bottom] = [x + this.canvas.clientWidth / scale, y + this.canvas.clientHeight / scale];
      for (const node of this.graph.nodes.values()) {
        if (node.kind !== "host" || found.size >= MOST) continue;
        const box = this.renderer.boxOf(node.id);
        if (box && box.x < right && box.x + box.w > x && box.y < bottom && box.y + box.h > y) found.add(node.id);
      }
    }
    return [...found].sort();
  }

  private async recall(host: string): Promise<void> {
    const answer = await fetchJson<{ items: Reached[] }>(`/api/v1/monitors/latest?host=${encodeURIComponent(host)}`);
    if (answer) this.reach({ type: "reach", host, items: answer.items });
  }

  take(frame: Frame): void {
    if (this.paused || !this.watched.includes(frame.host)) return;
    this.frames.set(frame.host, frame);
    if (this.shown?.host === frame.host) {
      for (const [device, series] of this.series) this.push(series, frame, device);
      this.write();
    }
    this.events.draw();
  }

  reach(frame: Reach): void {
    const known = this.reached.get(frame.host) ?? new Map<string, Reached>();
    for (const item of frame.items) known.set(`${item.monitor} ${item.key}`, item);
    this.reached.set(frame.host, known);
    if (this.shown?.host === frame.host) this.write();
    this.events.draw();
  }

  private push(series: Series, frame: Frame, device: string): void {
    const rates = frame.rates[device] ?? NOTHING;
    series.push(Date.parse(frame.at), rates[RX_BYTES] ?? 0, rates[TX_BYTES] ?? 0);
  }

  /** The looks of all rails that have something to tell. */
  looks(): ReturnType<typeof looks> {
    const rates = new Map<string, Rates>();
    for (const frame of this.frames.values()) for (const [device, each] of Object.entries(frame.rates)) rates.set(device, each);
    const items = this.paused ? [] : [...this.reached.values()].flatMap((known) => [...known.values()]);
    return looks(this.graph, rates, items);
  }

  /** The part of the details that tells of traffic; the same element as long as the node is the same. */
  details(node: Node): HTMLElement {
    const devices = this.devices(node);
    const same = node.id === this.shown?.id && devices.every((device) => this.series.has(device.id));
    this.shown = node;
    if (!same) {
      this.series = new Map(devices.map((device) => [device.id, new Series()]));
      this.look();
      void this.past(node, devices);
    }
    this.write();
    return this.section;
  }

  /** Nothing is shown any more. */
  leave(): void {
    if (this.shown) this.look();
    this.shown = null;
  }

  private devices(node: Node): Node[] {
    const real = (found: readonly Node[]): Node[] => found.filter((device) => device.kind !== "loopback").slice(0, LINES);
    switch (classOf(node)) {
      case "device":
        return [node];
      case "container":
        return text(node.facts, "network_mode") === "host" ? [] : real(devicesIn(this.graph, node.namespace));
      case "network":
        return real(incoming(this.graph, node.id, "implements").flatMap((edge) => this.graph.nodes.get(edge.source) ?? []));
      case "namespace":
        return real(devicesIn(this.graph, node.id));
      default: {
        const space = this.graph.childrenOf(node.id).map((id) => this.graph.nodes.get(id)).find((item) => item?.facts["is_host"] === true);
        return real(devicesIn(this.graph, space?.id ?? null).filter((device) => device.kind === "nic"));
      }
    }
  }

  private async past(node: Node, devices: readonly Node[]): Promise<void> {
    if (!node.host || devices.length === 0) return;
    const asked = devices.map((device) => `&device=${encodeURIComponent(device.id)}`).join("");
    const past = await fetchJson<Past>(`/api/v1/traffic/past?host=${encodeURIComponent(node.host)}${asked}`);
    if (!past || this.shown?.id !== node.id) return;
    for (const [device, series] of this.series) series.recall(past, device);
    this.write();
  }

  private write(): void {
    const node = this.shown;
    if (!node) return;
    const frame = this.frames.get(node.host ?? "");
    const flows = [...this.series].map(([device, series]) => this.flow(device, series, frame?.rates[device] ?? NOTHING, frame !== undefined));
    const note = this.paused ? t("traffic_paused") : frame ? t("traffic_note", { n: rounded(frame.interval) }) : t("traffic_waiting");
    const found = [...(this.reached.get(node.host ?? "")?.values() ?? [])].filter((item) => [item.source, item.target, item.network].includes(node.id));
    const parts: HTMLElement[] = [];
    if (flows.length > 0) parts.push(h("h3", {}, t("traffic")), ...flows, h("p", { class: "quiet" }, note));
    if (found.length > 0) parts.push(h("h3", {}, t("reach")), h("ul", { class: "items" }, ...found.slice(0, 12).map((item) => this.found(item, node))));
    this.section.replaceChildren(...parts);
  }

  private flow(device: string, series: Series, rates: Rates, live: boolean): HTMLElement {
    const name = this.graph.nodes.get(device)?.name ?? device;
    const figures = live ? [amount(rates[RX_BYTES] ?? 0), amount(rates[TX_BYTES] ?? 0)] : ["–", "–"];
    const told = t("traffic_line", { name, received: figures[0], sent: figures[1] });
    const packets = t("packets", { received: count(rounded(rates[RX_PACKETS] ?? 0)), sent: count(rounded(rates[TX_PACKETS] ?? 0)) });
    const wrong = lost(rates);
    return h("div", { class: "flow", "data-device": device },
      h("div", {}, h("code", {}, named(name, 40)), h("span", { class: "rx" }, `↓ ${figures[0]}`), h("span", { class: "tx" }, `↑ ${figures[1]}`)),
      this.draw(series, told),
      live && carried(rates) > 0 && h("small", { class: "quiet" }, packets),
      wrong > 0 && h("small", { class: "why" }, `▲ ${t("drops_rate", { n: count(rounded(wrong)) })}`));
  }

  /** Two lines, received and sent, on one scale. */
  private draw(series: Series, label: string): HTMLElement {
    const top = Math.max(1000, ...series.received, ...series.sent);
    const svg = document.createElementNS(SVG, "svg");
    for (const [key, value] of [["viewBox", `0 0 ${WIDTH} ${HEIGHT}`], ["preserveAspectRatio", "none"], ["role", "img"], ["aria-label", label]] as const) svg.setAttribute(key, value);
    for (const [name, values] of [["rx", series.received], ["tx", series.sent]] as const) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", name);
      path.setAttribute("d", line(series.at, values, top, WIDTH, HEIGHT));
      svg.append(path);
    }
    return h("div", { class: "line" }, svg, h("small", { class: "quiet" }, amount(top)));
  }

  private found(item: Reached, node: Node): HTMLElement {
    const far = this.graph.nodes.get((item.source === node.id ? item.target : item.source) ?? item.network ?? "");
    const loss = item.loss ? t("loss", { n: count(Math.round(item.loss * 100)) }) : "";
    const figures = [item.rtt_us === null ? "" : latency(item.rtt_us), loss].filter(Boolean).join(" · ");
    const network = this.graph.nodes.get(item.network ?? "");
    const what = item.monitor === 0 && network ? t("gateway_of", { name: network.name }) : far ? far.name : t("reach_target");
    return h("li", {}, h("span", { class: `glyph r-${item.state}` }, { up: "●", degraded: "▲", down: "✕", unknown: "?" }[item.state]), " ", named(what, 60), ` ${t(`reach_${item.state}`)} `,
      h("small", { class: "quiet" }, [figures, t("since", { time: time(item.since) })].filter(Boolean).join(" · ")));
  }
}
