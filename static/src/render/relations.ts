/** What belongs to a node at one glance: the container of a veth, the veths of a container, the ends of an undecided pair. */

import { across } from "../layout/collect";
import type { GraphView } from "../model";
import type { Node } from "../wire";

/** Ids of what is directly related to a node, itself not among them. */
export function relatedTo(graph: GraphView, id: string): Set<string> {
  const found = new Set<string>();
  const node = graph.nodes.get(id);
  if (node === undefined) return found;
  neighbours(graph, id, found);
  if (node.kind === "container" && node.namespace !== null) devicesOf(graph, node.namespace, found);
  else if (node.kind === "namespace") devicesOf(graph, id, found);
  else if (node.namespace !== null) fromDevice(graph, node, found);
  found.delete(id);
  return found;
}

function neighbours(graph: GraphView, id: string, found: Set<string>): void {
  for (const edge of graph.edgesOf(id)) {
    if (edge.kind === "contains" || edge.kind === "publishes") continue;
    const other = across(edge, id);
    if (other !== null) found.add(other);
    for (const candidate of edge.candidates ?? []) found.add(candidate);
    if (!edge.source.startsWith(id)) found.add(edge.source);
  }
}

/** The devices of a namespace with their peers. */
function devicesOf(graph: GraphView, space: string, found: Set<string>): void {
  for (const id of graph.childrenOf(space)) {
    const node = graph.nodes.get(id);
    if (node === undefined || node.kind === "loopback") continue;
    found.add(id);
    if (node.kind !== "container") neighbours(graph, id, found);
  }
}

/** From a device to the container at its end or at its peer's. */
function fromDevice(graph: GraphView, device: Node, found: Set<string>): void {
  for (const id of [device.id, ...found]) {
    const space = graph.nodes.get(id)?.namespace;
    if (!space || graph.nodes.get(space)?.facts.is_host === true) continue;
    for (const child of graph.childrenOf(space)) if (graph.nodes.get(child)?.kind === "container") found.add(child);
  }
}
