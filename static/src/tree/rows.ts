/** The tree's order: what stands under what, flattened to the rows that are open. Pure. */

import { classOf, containersIn, text } from "../facts";
import type { GraphView } from "../model";
import type { Node } from "../wire";

export interface Row {
  readonly id: string;
  readonly level: number;
  /** 1-based place among its siblings, and how many they are. */
  readonly place: number;
  readonly of: number;
  readonly children: boolean;
  readonly open: boolean;
  readonly parent: string | null;
}

const RANK: Readonly<Record<string, number>> = { network: 0, container: 1, namespace: 2 };

function bySlot(a: Node, b: Node): number {
  return (RANK[a.kind] ?? 3) - (RANK[b.kind] ?? 3) || a.slot - b.slot || a.name.localeCompare(b.name);
}

/** Under which row each node stands; null at the top. A container stands under the network its rail hangs on. */
export function holder(graph: GraphView, node: Node): string | null {
  if (node.kind === "container") {
    const primary = text(node.facts, "primary");
    if (primary && graph.nodes.has(primary) && graph.nodes.get(primary)?.host !== null) return primary;
    return node.host;
  }
  if (classOf(node) === "device") {
    const space = node.namespace ? graph.nodes.get(node.namespace) : undefined;
    if (space && space.facts["is_host"] !== true) {
      const owner = containersIn(graph, space.id)[0];
      if (owner) return owner.id;
    }
    return node.namespace ?? node.host;
  }
  if (node.kind === "namespace" || node.kind === "network") return node.host;
  return null;
}

/** Ids from the top to the node's own row. */
export function path(graph: GraphView, id: string): string[] {
  const found: string[] = [];
  let at: string | null = id;
  while (at !== null && !found.includes(at)) {
    const node = graph.nodes.get(at);
    if (!node) break;
    found.unshift(at);
    at = holder(graph, node);
  }
  return found;
}

/** What is grouped once per version of the graph: each row's children, in order. */
export function group(graph: GraphView): Map<string | null, Node[]> {
  const groups = new Map<string | null, Node[]>();
  const shared = new Map<string, boolean>();
  const hidden = (node: Node): boolean => {
    // The namespace of a container is told by the container itself.
    if (node.kind !== "namespace" || node.facts["is_host"] === true) return false;
    const known = shared.get(node.id);
    if (known !== undefined) return known;
    const found = containersIn(graph, node.id).length > 0;
    shared.set(node.id, found);
    return found;
  };
  for (const node of graph.nodes.values()) {
    if (hidden(node)) continue;
    const key = holder(graph, node);
    const under = key !== null && graph.nodes.has(key) ? key : null;
    const list = groups.get(under);
    if (list) list.push(node);
    else groups.set(under, [node]);
  }
  for (const list of groups.values()) list.sort(bySlot);
  return groups;
}

/** The rows that are open now; with `only`, just those rows and what leads to them. */
export function flatten(groups: ReadonlyMap<string | null, Node[]>, open: ReadonlySet<string>, only: ReadonlySet<string> | null): Row[] {
  const rows: Row[] = [];
  const walk = (key: string | null, level: number): void => {
    const all = groups.get(key) ?? [];
    const list = only ? all.filter((node) => only.has(node.id)) : all;
    list.forEach((node, index) => {
      const inside = groups.get(node.id) ?? [];
      const children = only ? inside.some((item) => only.has(item.id)) : inside.length > 0;
      const isOpen = children && (open.has(node.id) || only !== null);
      rows.push({ id: node.id, level, place: index + 1, of: list.length, children, open: isOpen, parent: key });
      if (isOpen) walk(node.id, level + 1);
    });
  };
  walk(null, 1);
  return rows;
}

