/** The pane that tells everything about what is selected, or, with nothing selected, what matters on the whole board. */

import { aside, glyph, hostName, jump, kindWord, nameOf } from "../describe";
import { append, h, named } from "../dom";
import { classOf, faulty, object, objects, text } from "../facts";
import type { GraphView } from "../model";
import type { Json, Node } from "../wire";
import { has, n, t, time } from "../words";
import { fetchJson } from "../http";
import { changesOf } from "./changes";
import { commandsFor } from "./commands";
import { body, subtitle } from "./kinds";
import { type Context, exposure, items, section } from "./parts";

export interface Loss {
  readonly container: string;
  readonly loses: readonly string[];
}

export interface InspectorEvents {
  /** The address of the forms of operations; empty for those who may not change anything. */
  readonly operate: string;
  go(id: string): void;
  center(id: string): void;
  link(): string;
  /** Draw what an impact hits; null: nothing. */
  impact(node: string, hit: ReadonlySet<string> | null): void;
  say(words: string): void;
  /** What else there is to say of a node (null: none is shown): elements that stay the same while the node does. */
  more(node: Node | null): readonly HTMLElement[];
}

export class Inspector {
  private shown = "";
  private impactShown = "";
  private answer: HTMLElement | null = null;
  private readonly opened = new Set<string>();

  constructor(private readonly pane: HTMLElement, private readonly graph: GraphView, private readonly events: InspectorEvents) {}

  /** Show a node (null: the overview). The pane keeps its place and open parts when the same node only changed. */
  show(id: string | null): void {
    const node = id === null ? undefined : this.graph.nodes.get(id);
    const key = id ?? "";
    const same = key === this.shown;
    const scroll = same ? this.pane.scrollTop : 0;
    const focused = same ? focusPath(this.pane) : null;
    if (!same) {
      this.opened.clear();
      this.forgetImpact();
    } else for (const item of this.pane.querySelectorAll("details")) this.remember(item);
    this.shown = key;
    const more = this.events.more(node ?? null);
    const parts = node ? this.ofNode(node, more) : id ? this.gone(id) : this.overview();
    this.pane.replaceChildren(...parts.filter((part): part is HTMLElement => part !== null));
    for (const item of this.pane.querySelectorAll("details")) if (this.opened.has(item.querySelector("summary")?.textContent ?? "")) item.open = true;
    this.pane.scrollTop = scroll;
    if (focused) this.pane.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
  }

  /** Fetch and draw what fails with the shown node. */
  async toggleImpact(): Promise<void> {
    const id = this.shown;
    if (!id || this.impactShown === id) {
      this.forgetImpact();
      this.show(id || null);
      return;
    }
    this.impactShown = id;
    this.answer = h("p", { class: "quiet" }, t("loading"));
    this.show(id);
    const answer = await fetchJson<{ items: Loss[] }>(`/api/v1/topology/impact?node=${encodeURIComponent(id)}`);
    if (this.impactShown !== id) return;
    const losses = answer?.items ?? null;
    if (losses) this.events.impact(id, new Set(losses.map((loss) => this.find(loss.container)?.id ?? loss.container)));
    this.answer = losses ? this.losses(losses) : h("p", {}, t("not_answered"));
    this.events.say(losses ? n("impact", losses.length) : t("not_answered"));
    this.show(id);
  }

  private forgetImpact(): void {
    if (this.impactShown) this.events.impact(this.impactShown, null);
    this.impactShown = "";
    this.answer = null;
  }

  private remember(item: HTMLDetailsElement): void {
    const title = item.querySelector("summary")?.textContent ?? "";
    if (item.open) this.opened.add(title);
    else this.opened.delete(title);
  }

  private find(id: string): Node | undefined {
    const node = this.graph.nodes.get(id);
    if (node) return node;
    for (const item of this.graph.nodes.values()) if (text(item.facts, "id") === id && id !== "") return item;
    return undefined;
  }

  private losses(losses: readonly Loss[]): HTMLElement {
    if (losses.length === 0) return h("p", {}, t("impact_nothing"));
    const go = (id: string): void => this.events.go(id);
    return h("div", { class: "losses" }, h("p", {}, n("impact", losses.length)), items(losses.map((loss) => {
      const what = loss.loses.map((word) => {
        const node = this.find(word);
        return word === "outside" ? t("outside") : node ? nameOf(node) : word;
      });
      return h("div", {}, jump(this.find(loss.container), loss.container, go), " ", h("small", {}, t("loses", { what: what.slice(0, 6).join(", ") + (what.length > 6 ? " …" : "") })));
    })));
  }

  private ofNode(node: Node, more: readonly HTMLElement[]): (HTMLElement | null)[] {
    const context: Context = { graph: this.graph, go: (id) => this.events.go(id), silent: () => false };
    const failing = this.impactShown === node.id;
    const actions = h("div", { class: "actions" },
      h("button", { type: "button", id: "act-center", onclick: () => this.events.center(node.id) }, t("show_on_board")),
      h("button", { type: "button", id: "act-impact", "aria-pressed": failing ? "true" : "false", onclick: () => void this.toggleImpact() }, t("if_this_fails")),
      h("button", { type: "button", id: "act-link", onclick: () => void this.copy(this.events.link()) }, t("copy_link")));
    return [
      h("header", {}, h("h2", { tabindex: -1, id: "inspected" }, glyph(node), " ", named(nameOf(node))), h("p", { class: "quiet" }, named(subtitle(context, node)))),
      actions,
      this.changes(node),
      failing && this.answer ? section(t("if_this_fails"), this.answer) : null,
      ...more,
      ...body(context, node),
      section(t("by_hand"), this.commands(node)),
      this.later(t("recent"), async () => this.recent(node)),
      node.kind === "namespace" || classOf(node) === "device" ? this.later(t("tables"), async () => this.annex(node)) : null,
      this.learn(node),
    ];
  }

  /** Links to the forms of operations, for those who may change something. */
  private changes(node: Node): HTMLElement | null {
    const links = changesOf(node, this.events.operate);
    return links.length === 0 ? null : h("details", { class: "changes", open: true }, h("summary", {}, t("change")),
      h("ul", {}, ...links.map(({ kind, url }) => h("li", {}, h("a", { href: url, "data-kind": kind }, t(`kind_of_${kind}`))))));
  }

  private commands(node: Node): HTMLElement {
    const commands = commandsFor(this.graph, node);
    return h("ul", { class: "commands" }, ...commands.map((command) => h("li", {}, h("code", {}, named(command, 400)),
      h("button", { type: "button", class: "copy", "aria-label": t("copy_command", { command }), title: t("copy"), onclick: () => void this.copy(command) }, "⧉"))));
  }

  private async copy(what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(what);
      this.events.say(t("copied"));
    } catch {
      this.events.say(t("not_copied"));
    }
  }

  /** A folded section whose content is asked for when it is opened. */
  private later(title: string, load: () => Promise<HTMLElement>): HTMLElement {
    const place = h("div", {}, h("p", { class: "quiet" }, t("loading")));
    const item = h("details", { class: "later" }, h("summary", {}, title), place);
    item.addEventListener("toggle", () => {
      if (!item.open || item.dataset["loaded"]) return;
      item.dataset["loaded"] = "1";
      void load().then((content) => place.replaceChildren(content));
    });
    return item;
  }

  private async recent(node: Node): Promise<HTMLElement> {
    const answer = await fetchJson<{ items: { at: string; node: string; words: string; cause: string }[] }>(`/recent/?node=${encodeURIComponent(node.id)}`);
    if (!answer) return h("p", {}, t("not_answered"));
    if (answer.items.length === 0) return h("p", { class: "quiet" }, t("recent_nothing"));
    return h("ul", { class: "items" }, ...answer.items.map((event) => h("li", {}, h("time", { datetime: event.at }, time(event.at)), " ", named(event.words), " ", h("small", { class: "quiet" }, event.cause))));
  }

  private async annex(node: Node): Promise<HTMLElement> {
    const space = node.kind === "namespace" ? node.id : node.namespace ?? "";
    const answer = await fetchJson<{ neighbours: Json[]; forwarding: Json[] }>(`/annex/?host=${encodeURIComponent(node.host ?? "")}&namespace=${encodeURIComponent(space)}`);
    if (!answer) return h("p", {}, t("not_answered"));
    const ifindex = node.kind === "namespace" ? null : node.facts["ifindex"];
    const mine = (entry: { readonly [key: string]: Json }): boolean => ifindex === null || entry["ifindex"] === ifindex || entry["master"] === ifindex;
    const near = answer.neighbours.map(object).filter(mine).map((entry) => `${text(entry, "address")} lladdr ${text(entry, "mac") || "–"} ${text(entry, "state")}`);
    const far = answer.forwarding.map(object).filter(mine).map((entry) => `${text(entry, "mac")} dev #${text(entry, "ifindex")}${text(entry, "remote") ? ` dst ${text(entry, "remote")}` : ""}${entry["static"] === true ? " permanent" : ""}`);
    if (near.length + far.length === 0) return h("p", { class: "quiet" }, t("tables_nothing"));
    const body = h("div", {});
    append(body, [near.length > 0 && h("h4", {}, t("neighbours")), near.length > 0 && h("pre", { tabindex: 0 }, near.join("\n")),
      far.length > 0 && h("h4", {}, t("forwarding")), far.length > 0 && h("pre", { tabindex: 0 }, far.join("\n"))]);
    return body;
  }

  private learn(node: Node): HTMLElement | null {
    const driver = node.kind === "network" ? text(node.facts, "driver") : "";
    const key = driver ? `learn_driver_${driver}` : `learn_kind_${node.kind}`;
    return has(key) ? section(t("learn"), h("p", { class: "learn" }, t(key))) : null;
  }

  private gone(id: string): HTMLElement[] {
    return [h("header", {}, h("h2", { tabindex: -1, id: "inspected" }, t("gone_title"))), h("p", {}, t("gone_text")), h("p", { class: "quiet" }, h("code", {}, id))];
  }

  private overview(): (HTMLElement | null)[] {
    const nodes = [...this.graph.nodes.values()];
    const go = (id: string): void => this.events.go(id);
    const wrong = nodes.filter(faulty);
    const open = [...this.graph.edges.values()].filter((edge) => edge.kind === "publishes" && edge.target !== null)
      .sort((a, b) => Number(text(a.facts, "host_port")) - Number(text(b.facts, "host_port")));
    const networks = nodes.filter((node) => node.kind === "network" && objects(node.facts, "subnets").length > 0);
    const line = (node: Node): HTMLElement => h("div", {}, jump(node, node.id, go), " ", h("small", { class: "quiet" }, named([kindWord(node), hostName(this.graph, node)].join(" · "))));
    return [
      h("header", {}, h("h2", { tabindex: -1, id: "inspected" }, t("overview")), h("p", { class: "quiet" }, t("overview_hint"))),
      section(n("faults", wrong.length), wrong.length > 0 ? items(wrong.map(line)) : h("p", { class: "quiet" }, t("faults_nothing"))),
      section(t("exposed"), items(open.map((edge) => h("div", {}, jump(this.graph.nodes.get(edge.target ?? ""), edge.target ?? "", go), exposure(edge))))),
      section(t("networks"), items(networks.map((node) => h("div", {}, jump(node, node.id, go), " ", h("small", { class: "quiet" }, aside(this.graph, node)))))),
    ];
  }
}

/** A selector that finds the focused element again after the pane was made anew. */
function focusPath(pane: HTMLElement): string | null {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || !pane.contains(active)) return null;
  if (active.id) return `#${CSS.escape(active.id)}`;
  const node = active.dataset["node"];
  return node ? `[data-node="${CSS.escape(node)}"]` : null;
}
