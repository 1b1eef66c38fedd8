/** A node in a few words, the same everywhere: glyph, kind, what stands beside its name. */

import { addressesOf, classOf, number, objects, text } from "./facts";
import { h, named, tame } from "./dom";
import type { GraphView } from "./model";
import type { Node, State } from "./wire";
import { has, n, t } from "./words";

/** A shape for each state, so that colour is never alone. */
export const GLYPHS: Readonly<Record<State, string>> = { up: "●", degraded: "▲", down: "✕", paused: "‖", stopped: "■", unknown: "?" };

/** The glyph of a node's state with its word for those who hear it. */
export function glyph(node: Node): HTMLElement {
  const state: State = node.warnings.length > 0 && node.state === "up" ? "degraded" : node.state;
  return h("span", { class: `glyph s-${state}`, role: "img", "aria-label": t(`state_${state}`) }, GLYPHS[state]);
}

export function kindWord(node: Node): string {
  return has(`kind_${node.kind}`) ? t(`kind_${node.kind}`) : tame(node.kind, 40);
}

/** How people call a node. */
export function nameOf(node: Node): string {
  return tame(text(node.facts, "title") || node.name || node.id);
}

export function hostName(graph: GraphView, node: Node): string {
  if (node.host === null) return t("fleet");
  const host = graph.nodes.get(node.host);
  return host ? nameOf(host) : node.host;
}

/** What stands beside a name in lists: the most telling fact. */
export function aside(graph: GraphView, node: Node): string {
  switch (classOf(node)) {
    case "host":
      return n("containers", childCount(graph, node.id, "container"));
    case "network":
      return [text(node.facts, "driver"), objects(node.facts, "subnets").map((subnet) => text(subnet, "subnet")).join(" ")].filter(Boolean).join(" · ");
    case "container":
      return addressesOf(graph, node).map((address) => address.split("/")[0]).join(" ") || text(node.facts, "image");
    case "namespace":
      return n("devices", childCount(graph, node.id, "device"));
    default: {
      const ifindex = number(node.facts, "ifindex");
      return [kindWord(node), ifindex === null ? "" : `#${ifindex}`, addressesOf(graph, node)[0] ?? ""].filter(Boolean).join(" ");
    }
  }
}

function childCount(graph: GraphView, id: string, kind: string): number {
  if (kind === "device") return graph.childrenOf(id).filter((child) => graph.nodes.get(child)?.kind !== "container").length;
  const facts = graph.nodes.get(id)?.facts["counts"];
  if (facts && typeof facts === "object" && !Array.isArray(facts) && typeof facts["containers"] === "number") return facts["containers"];
  return graph.childrenOf(id).filter((child) => graph.nodes.get(child)?.kind === kind).length;
}

/** A button that goes to a node. */
export function jump(node: Node | undefined, id: string, go: (id: string) => void, length = 60): HTMLElement {
  if (!node) return h("span", { class: "quiet" }, tame(id, length));
  return h("button", { type: "button", class: "jump", "data-node": node.id, onclick: () => go(node.id) }, glyph(node), " ", named(nameOf(node), length));
}
