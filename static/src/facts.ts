/** Reading facts: they come as JSON, and a page must not trust its shape. Pure. */

import type { GraphView } from "./model";
import type { Edge, Json, Node } from "./wire";

type Facts = { readonly [key: string]: Json };

export function text(facts: Facts, key: string): string {
  const value = facts[key];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

export function number(facts: Facts, key: string): number | null {
  const value = facts[key];
  return typeof value === "number" ? value : null;
}

export function flag(facts: Facts, key: string): boolean {
  return facts[key] === true;
}

export function object(value: Json | undefined): { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

export function list(facts: Facts, key: string): readonly Json[] {
  const value = facts[key];
  return Array.isArray(value) ? value : [];
}

export function texts(facts: Facts, key: string): string[] {
  return list(facts, key).filter((item): item is string => typeof item === "string");
}

export function objects(facts: Facts, key: string): { readonly [key: string]: Json }[] {
  return list(facts, key).map(object);
}

/** The classes of `ids.py`, from the node's kind. */
export type Class = "host" | "network" | "container" | "namespace" | "device";

export function classOf(node: Node): Class {
  switch (node.kind) {
    case "host":
    case "network":
    case "container":
    case "namespace":
      return node.kind;
    default:
      return "device";
  }
}

/** Addresses of a node with their prefix length, as far as its facts tell them. */
export function addressesOf(graph: GraphView, node: Node): string[] {
  const own = texts(node.facts, "addresses");
  if (node.kind === "network") return objects(node.facts, "subnets").map((subnet) => text(subnet, "subnet")).filter(Boolean);
  if (node.kind !== "container") return own;
  const found = new Set(own);
  for (const edge of graph.edgesOf(node.id)) {
    if (edge.kind !== "endpoint" || edge.source !== node.id) continue;
    for (const key of ["address", "address6"]) {
      const address = text(edge.facts, key);
      if (address) found.add(address);
    }
  }
  return [...found];
}

/** The edges of one kind that leave a node, or that arrive at it. */
export function outgoing(graph: GraphView, id: string, kind: Edge["kind"]): Edge[] {
  return graph.edgesOf(id).filter((edge) => edge.kind === kind && edge.source === id);
}

export function incoming(graph: GraphView, id: string, kind: Edge["kind"]): Edge[] {
  return graph.edgesOf(id).filter((edge) => edge.kind === kind && edge.target === id);
}

/** The node at the other end of an edge. */
export function other(graph: GraphView, edge: Edge, id: string): Node | undefined {
  const far = edge.source === id ? edge.target : edge.source;
  return far === null ? undefined : graph.nodes.get(far);
}

/** The other half of a veth pair. */
export function peerOf(graph: GraphView, device: Node): Node | undefined {
  const edge = graph.edgesOf(device.id).find((item) => item.kind === "peer" && item.target !== null);
  return edge && other(graph, edge, device.id);
}

/** Containers whose processes live in a namespace. */
export function containersIn(graph: GraphView, namespace: string | null): Node[] {
  if (!namespace) return [];
  const found = new Map<string, Node>();
  for (const id of graph.childrenOf(namespace)) {
    const node = graph.nodes.get(id);
    if (node?.kind === "container") found.set(id, node);
  }
  for (const edge of outgoing(graph, namespace, "contains")) {
    const node = edge.target === null ? undefined : graph.nodes.get(edge.target);
    if (node?.kind === "container") found.set(node.id, node);
  }
  return [...found.values()];
}

/** Devices of a namespace, by ifindex. */
export function devicesIn(graph: GraphView, namespace: string | null): Node[] {
  if (!namespace) return [];
  return graph.childrenOf(namespace)
    .map((id) => graph.nodes.get(id))
    .filter((node): node is Node => node !== undefined && classOf(node) === "device")
    .sort((a, b) => (number(a.facts, "ifindex") ?? 0) - (number(b.facts, "ifindex") ?? 0));
}

/** The device inside the container that carries an endpoint: same hardware address, else same address. */
export function interfaceOf(graph: GraphView, container: Node, endpoint: Edge): Node | undefined {
  if (text(container.facts, "network_mode") === "host") return undefined;
  const devices = devicesIn(graph, container.namespace).filter((device) => device.kind !== "loopback");
  const mac = text(endpoint.facts, "mac").toLowerCase();
  const address = text(endpoint.facts, "address");
  return devices.find((device) => mac !== "" && text(device.facts, "mac").toLowerCase() === mac)
    ?? devices.find((device) => address !== "" && texts(device.facts, "addresses").includes(address));
}

/** Whether something is wrong with a node, by its state or a warning. */
export function faulty(node: Node): boolean {
  // A device may be switched off and mean nothing by it: whether that matters, its warnings tell.
  return node.warnings.length > 0 || node.state === "degraded" || (node.state === "down" && classOf(node) !== "device");
}
