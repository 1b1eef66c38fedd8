/** What of one host stands where: its nodes sorted into the groups that the board draws. */

import type { GraphView } from "../model";
import type { Edge, Json, Node } from "../wire";

/** 0: fine, 1: a warning, 2: broken. */
export type Fault = 0 | 1 | 2;

/** The devices of a namespace, and how bad the worst of them is. */
export interface Inside {
  readonly devices: readonly Node[];
  readonly worst: Fault;
}

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
  /** What is inside containers' namespaces, by the namespace's id. */
  readonly inside: Map<string, Inside>;
  /** The namespace that is the host's own. */
  own: Node | null;
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
    own: null,
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

function tally(found: Collected, node: Node): Fault {
  const fault = faultOf(node);
  if (fault === 2) found.broken++;
  else if (fault === 1) found.warned++;
  return fault;
}

function bySlot(a: Node, b: Node): number {
  return a.slot - b.slot || (a.id < b.id ? -1 : 1);
}

function collectSpace(graph: GraphView, found: Collected, space: Node, bridges: Set<string>): void {
  tally(found, space);
  const devices: Node[] = [];
  let occupied = space.facts.docker === true;
  let worst: Fault = 0;
  for (const id of graph.childrenOf(space.id)) {
    const node = graph.nodes.get(id);
    if (node === undefined) continue;
    const fault = tally(found, node);
    if (node.kind === "container") {
      found.containers.push(node);
      occupied = true;
    } else {
      devices.push(node);
      if (fault > worst) worst = fault;
    }
  }
  if (space.facts.is_host === true) {
    found.own = space;
    sortHostDevices(graph, found, devices.sort(bySlot), bridges);
  } else if (occupied) found.inside.set(space.id, { devices, worst });
  else found.spaces.push({ node: space, devices: devices.sort(bySlot) });
}

function sortHostDevices(graph: GraphView, found: Collected, devices: Node[], bridges: Set<string>): void {
  const masters = new Set<Json>();
  for (const device of devices) {
    if (device.kind !== "bridge" || !bridges.has(device.name)) continue;
    found.bridges.set(device.name, device);
    masters.add(device.name).add(device.facts.ifindex ?? device.name);
  }
  for (const device of devices) {
    const kind = device.kind;
    if (kind === "loopback") continue;
    if (isUplink(device)) found.uplinks.push(device);
    else if (kind === "bridge" && found.bridges.get(device.name) === device) continue;
    else if (kind !== "veth" || !isRail(graph, device, masters)) found.chips.push(device);
  }
}

/** Whether this veth is the host's end of a container's rail: a port of a Docker network, or its peer is in a container. */
function isRail(graph: GraphView, device: Node, masters: ReadonlySet<Json>): boolean {
  const { master } = device.facts;
  if (master !== undefined && masters.has(master)) return true;
  const space = peerOf(graph, device.id)?.node?.namespace;
  return space !== null && space !== undefined && graph.nodes.get(space)?.facts.docker === true;
}
