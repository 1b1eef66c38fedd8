/** What of one host stands where: its nodes sorted into the groups that the board draws. */

import type { GraphView } from "../model";
import type { Edge, Json, Node } from "../wire";

/** 0: fine, 1: a warning, 2: broken. */
export type Fault = 0 | 1 | 2;

export interface Collected {
  readonly host: Node;
  readonly networks: Node[];
  readonly containers: Node[];
  /** Namespaces without container, with their devices. */
  readonly spaces: { node: Node; devices: Node[] }[];
  readonly uplinks: Node[];
  /** Devices of the host that are neither uplinks nor part of a Docker network. */
  readonly chips: Node[];
  /** Bridges that carry a Docker network, by their names. */
  readonly bridges: Map<string, Node>;
  /** Devices inside containers' namespaces, by the namespace's id. */
  readonly inside: Map<string, Node[]>;
  readonly total: number;
  /** Nodes that warn, nodes that are broken. */
  warned: number;
  broken: number;
}

const CABLES = new Set(["veth", "macvlan", "ipvlan", "macvtap", "ipvtap"]);

/** How bad the state of a node is. A device nobody switched on is no fault. */
export function faultOf(node: Node): Fault {
  const { state, kind } = node;
  if (state === "down") {
    const device = node.namespace !== null && kind !== "container";
    if (!device || CABLES.has(kind) || node.facts.up === true) return 2;
  }
  return state === "degraded" || node.warnings.length > 0 ? 1 : 0;
}

export function text(value: Json | undefined): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

export function record(value: Json | undefined): { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** The other end of an edge. */
export function across(edge: Edge, id: string): string | null {
  return edge.source === id ? edge.target : edge.source;
}

/** The id of the node at the other end of a device's pair, with the edge; null where it has none that is known. */
export function peerOf(graph: GraphView, device: string): { edge: Edge; node: Node | null } | null {
  for (const edge of graph.edgesOf(device)) {
    if (edge.kind !== "peer") continue;
    const other = across(edge, device);
    return { edge, node: other === null ? null : (graph.nodes.get(other) ?? null) };
  }
  return null;
}

/** Class of a node by its id: `w`, `c`, `n`, `d`, or empty for a host. */
export function classOf(id: string): string {
  const dot = id.indexOf(".");
  return dot < 0 ? "" : id.charAt(dot + 1);
}

export function hostOf(id: string): string {
  const dot = id.indexOf(".");
  return dot < 0 ? id : id.slice(0, dot);
}

function isUplink(node: Node): boolean {
  return node.kind === "nic" || node.kind === "bond" || node.kind === "team";
}

/** Sort one host's nodes. O(nodes of the host). */
export function collect(graph: GraphView, host: Node): Collected {
  const found: Collected = {
    host,
    networks: [],
    containers: [],
    spaces: [],
    uplinks: [],
    chips: [],
    inside: new Map(),
    bridges: new Map(),
    total: 0,
    warned: 0,
    broken: 0,
  };
  const bridges = new Set<string>();
  const spaces: Node[] = [];
  for (const id of graph.childrenOf(host.id)) {
    const node = graph.nodes.get(id);
    if (node === undefined) continue;
    const kind = node.kind;
    if (kind === "network") {
      found.networks.push(node);
      const bridge = node.facts.bridge;
      if (typeof bridge === "string") bridges.add(bridge);
      tally(found, node);
    } else if (kind === "container") {
      found.containers.push(node);
      tally(found, node);
    } else if (kind === "namespace") spaces.push(node);
  }
  for (const node of spaces) collectSpace(graph, found, node, bridges);
  return found;
}

function tally(found: Collected, node: Node): void {
  const fault = faultOf(node);
  if (fault === 2) found.broken++;
  else if (fault === 1) found.warned++;
}

function collectSpace(graph: GraphView, found: Collected, space: Node, bridges: Set<string>): void {
  tally(found, space);
  const devices: Node[] = [];
  let occupied = false;
  for (const id of graph.childrenOf(space.id)) {
    const node = graph.nodes.get(id);
    if (node === undefined) continue;
    tally(found, node);
    if (node.kind === "container") {
      found.containers.push(node);
      occupied = true;
    } else devices.push(node);
  }
  devices.sort((a, b) => a.slot - b.slot || (a.id < b.id ? -1 : 1));
  if (space.facts.is_host === true) sortHostDevices(graph, found, devices, bridges);
  else if (occupied || space.facts.docker === true) found.inside.set(space.id, devices);
  else found.spaces.push({ node: space, devices });
}

function sortHostDevices(graph: GraphView, found: Collected, devices: Node[], bridges: Set<string>): void {
  for (const device of devices) {
    if (device.kind === "loopback") continue;
    if (isUplink(device)) found.uplinks.push(device);
    else if (device.kind === "bridge" && bridges.has(device.name)) found.bridges.set(device.name, device);
    else if (device.kind === "veth") {
      const peer = peerOf(graph, device.id);
      const space = peer?.node?.namespace;
      if (space && graph.nodes.get(space)?.facts.docker === true) continue;
      found.chips.push(device);
    } else found.chips.push(device);
  }
}
