/** What came, changed and went in the last minutes, with its cause; and the marks for the last seconds. */

import { hostName, kindWord, nameOf } from "./describe";
import { h, named } from "./dom";
import { classOf, outgoing, text, texts } from "./facts";
import { fetchJson } from "./http";
import type { GraphView, Mark } from "./model";
import type { Outcome } from "./store";
import type { Node } from "./wire";
import { n, t, time } from "./words";

export interface Entry {
  readonly key: string;
  readonly at: string;
  readonly node: string;
  readonly name: string;
  readonly tone: "good" | "bad" | "warn" | "quiet";
  readonly words: string;
  readonly cause: string;
}

type Changed = Extract<Outcome, { kind: "changed" }>;

const KEPT = 100;
const MARKED = 8_000;
/** The recorder writes a little after the browser has painted. */
const ASK_AFTER = 2_500;

/** What a frame did to things that people name; their devices come and go with them. */
export function entriesOf(graph: GraphView, outcome: Changed): Entry[] {
  if (outcome.changes.reset) return [];
  const found: Entry[] = [];
  const put = (node: Node, tone: Entry["tone"], words: string): void => {
    found.push({ key: `${outcome.at}:${node.id}`, at: outcome.at, node: node.id, name: nameOf(node), tone, words: `${kindWord(node)} · ${words}`, cause: hostName(graph, node) });
  };
  /** A namespace that only a process holds often lives for a moment: what stays is told once the recorder has it. */
  const fleeting = (node: Node): boolean => node.kind === "namespace" && (node.facts["docker"] === true || (texts(node.facts, "names").length === 0 && node.facts["is_host"] !== true));
  const spaces = new Set<string>();
  for (const id of [...outcome.changes.nodes, ...outcome.changes.removedNodes]) {
    const node = graph.nodes.get(id) ?? outcome.before.get(id);
    if (node && classOf(node) !== "device" && (!graph.nodes.has(id) || !outcome.before.has(id))) spaces.add(node.namespace ?? node.id);
  }
  /** A device that comes or goes with its namespace, or a pair's other end, which follows from that. */
  const follows = (node: Node): boolean => classOf(node) === "device" && (spaces.has(node.namespace ?? "") || (node.kind === "veth" && spaces.size > 0));
  for (const id of outcome.changes.nodes) {
    const now = graph.nodes.get(id);
    const old = outcome.before.get(id);
    if (!now || fleeting(now)) continue;
    if (!old) {
      if (!follows(now)) put(now, "good", t("feed_new"));
    } else if (old.state !== now.state) put(now, now.state === "down" ? "bad" : now.state === "up" ? "good" : "warn", t("feed_state", { state: t(`state_${now.state}`), was: t(`state_${old.state}`) }));
    else if (old.warnings.length < now.warnings.length) put(now, "warn", t("feed_warning"));
    else if (old.name !== now.name) put(now, "quiet", t("feed_renamed", { was: old.name }));
    else if (JSON.stringify(old.facts["addresses"]) !== JSON.stringify(now.facts["addresses"])) put(now, "quiet", t("feed_addresses"));
  }
  for (const id of outcome.changes.removedNodes) {
    const old = outcome.before.get(id);
    if (!old || fleeting(old)) continue;
    if (!follows(old)) put(old, "warn", t("feed_gone"));
  }
  return found;
}

/** Marks of what a frame touched: only what somebody would call a change, not a counter. */
export function marksOf(graph: GraphView, outcome: Changed): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  if (outcome.changes.reset) return marks;
  for (const id of outcome.changes.nodes) {
    const old = outcome.before.get(id);
    const now = graph.nodes.get(id);
    if (!old) marks.set(id, "new");
    else if (now && now.kind !== "host" && (old.state !== now.state || old.name !== now.name || outgoing(graph, id, "endpoint").some((edge) => outcome.changes.edges.has(edge.id)))) marks.set(id, "changed");
  }
  for (const id of outcome.changes.removedNodes) marks.set(id, "gone");
  return marks;
}

export interface FeedEvents {
  go(id: string): void;
  marks(marks: ReadonlyMap<string, Mark>): void;
}

export class Feed {
  private recorded: Entry[] = [];
  private fresh: Entry[] = [];
  private held: Entry[] = [];
  private paused = false;
  private timer = 0;
  private readonly marks = new Map<string, { mark: Mark; until: number }>();
  private sweep = 0;

  constructor(private readonly list: HTMLElement, private readonly pause: HTMLElement, private readonly title: HTMLElement, private readonly graph: GraphView, private readonly events: FeedEvents) {
    pause.addEventListener("click", () => this.toggle());
    this.ask(0);
    this.draw();
  }

  take(outcome: Changed): void {
    const entries = entriesOf(this.graph, outcome).reverse();
    if (this.paused) this.held.unshift(...entries);
    else this.fresh.unshift(...entries);
    const until = performance.now() + MARKED;
    const fresh = marksOf(this.graph, outcome);
    for (const [id, mark] of fresh) this.marks.set(id, { mark, until });
    if (fresh.size > 0) this.tellMarks();
    if (fresh.size > 0 || entries.length > 0) this.ask(ASK_AFTER);
    if (entries.length > 0) this.draw();
  }

  toggle(): void {
    this.paused = !this.paused;
    this.pause.setAttribute("aria-pressed", String(this.paused));
    if (!this.paused) {
      this.fresh.unshift(...this.held);
      this.held = [];
      this.ask(0);
    }
    this.draw();
  }

  private tellMarks(): void {
    const now = performance.now();
    for (const [id, { until }] of this.marks) if (until <= now) this.marks.delete(id);
    this.events.marks(new Map([...this.marks].map(([id, { mark }]) => [id, mark])));
    clearTimeout(this.sweep);
    if (this.marks.size > 0) this.sweep = window.setTimeout(() => this.tellMarks(), MARKED / 4);
  }

  private ask(wait: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(async () => {
      const answer = await fetchJson<{ items: { id: string; at: string; node: string; name: string; tone: Entry["tone"]; words: string; cause: string }[] }>("/recent/");
      if (!answer || this.paused) return;
      this.recorded = answer.items.map((event) => ({ ...event, key: event.id }));
      const told = new Set(this.recorded.map((entry) => entry.node));
      const newest = this.recorded[0]?.at ?? "";
      this.fresh = this.fresh.filter((entry) => entry.at > newest || !told.has(entry.node));
      this.draw();
    }, wait);
  }

  private draw(): void {
    const entries = [...this.fresh, ...this.recorded].sort((a, b) => b.at.localeCompare(a.at)).slice(0, KEPT);
    this.fresh = this.fresh.slice(0, KEPT);
    this.title.textContent = this.paused && this.held.length > 0 ? n("feed_held", this.held.length) : entries.length > 0 ? n("feed_count", entries.length) : "";
    this.list.replaceChildren(...(entries.length > 0 ? entries.map((entry) => this.line(entry)) : [h("li", { class: "quiet" }, t("feed_nothing"))]));
  }

  private line(entry: Entry): HTMLElement {
    const node = this.graph.nodes.get(entry.node);
    const name = node
      ? h("button", { type: "button", class: "jump", onclick: () => this.events.go(entry.node) }, named(entry.name, 60))
      : h("span", { class: "name" }, named(entry.name || text({ node: entry.node }, "node"), 60));
    return h("li", { class: `tone-${entry.tone}` }, h("span", { class: "dot", "aria-hidden": "true" }), h("time", { datetime: entry.at }, time(entry.at)), name,
      h("span", { class: "words" }, named(entry.words)), h("span", { class: "cause quiet" }, named(entry.cause)));
  }
}
