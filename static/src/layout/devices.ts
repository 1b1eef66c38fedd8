/** The devices of a host: uplinks, further ones, the line about routing, and namespaces that are not containers'. */

import type { GraphView } from "../model";
import type { Node } from "../wire";
import { type Collected, faultOf, list, peerOf, record, text } from "./collect";
import {
  BAR, CHIP_GAP, CHIP_H, CHIP_W, GAP, HEAD, PAD, ROUTES, SPACE_HEAD, SPACE_LINE, SPACE_LINES, UNIT, UPLINK_H, UPLINK_W,
  capacity, places,
} from "./metrics";
import { Hue, Kind, type Routing } from "./panel";
import { type Task, wire } from "./task";

/**
 * Uplinks on the top edge, further devices, the line about routing. Gives the item of each device by its name.
 * Uplinks stand at their slots, from the right.
 */
export function head(task: Task): Map<string, number> {
  const { found, panel, inner } = task;
  const named = new Map<string, number>();
  const pitch = UPLINK_W + CHIP_GAP;
  const slots = seats(found.uplinks);
  const room = capacity(most(slots));
  const beside = Math.floor((inner - 250) / pitch);
  const inHead = room <= Math.max(2, beside);
  const perRow = inHead ? Math.max(1, room) : Math.max(1, Math.floor((inner + CHIP_GAP) / pitch));
  const first = inHead ? 12 : HEAD;
  found.uplinks.forEach((node, at) => {
    const slot = slots[at] as number;
    const x = PAD + inner - UPLINK_W - (slot % perRow) * pitch;
    const y = first + Math.floor(slot / perRow) * (UPLINK_H + 14);
    const item = panel.add(Kind.uplink, node.id, node, x, y, UPLINK_W, UPLINK_H, faultOf(node));
    named.set(node.name, item);
  });
  task.y = inHead ? HEAD : HEAD + Math.ceil(room / perRow) * (UPLINK_H + 14);
  chips(task, named);
  panel.routing = routing(task);
  const item = panel.add(Kind.routes, "", null, PAD, task.y, inner, ROUTES, 0);
  for (const [, up] of named) {
    const x = (panel.rects[up * 4] as number) + UPLINK_W / 2;
    const top = panel.rects[up * 4 + 1] as number;
    if (panel.kinds[up] !== Kind.uplink) continue;
    wire(panel, { points: [x, top, x, inHead ? 0 : top - 8], hue: Hue.uplink, from: up, broken: panel.faults[up] === 2 });
    if (inHead && found.chips.length === 0) wire(panel, { points: [x, top + UPLINK_H, x, task.y], hue: Hue.uplink, from: up, to: item });
  }
  task.y += ROUTES;
  return named;
}

/**
 * Slots of devices that stand in one row. A host that counts all of a namespace's devices together gives numbers far
 * apart: then their order counts.
 */
function seats(devices: readonly Node[]): number[] {
  const slots = places(devices);
  if (most(slots) <= devices.length * 2 + 4) return slots;
  const order = [...slots].sort((a, b) => a - b);
  return slots.map((slot) => order.indexOf(slot));
}

function most(slots: readonly number[]): number {
  let high = 0;
  for (const slot of slots) high = Math.max(high, slot + 1);
  return high;
}

/** Where each further device stands: those at their slots first, then ports of bridges that are not Docker's. */
function strip(found: Collected): { node: Node; seat: number }[] {
  const ports = found.chips.filter(isPort);
  const rest = found.chips.filter((node) => !isPort(node));
  const slots = seats(rest);
  const after = ports.length === 0 ? 0 : capacity(most(slots));
  const seated = rest.map((node, at) => ({ node, seat: slots[at] as number }));
  seats(ports).forEach((seat, at) => seated.push({ node: ports[at] as Node, seat: after + seat }));
  return seated;
}

function isPort(node: Node): boolean {
  return node.kind === "veth" && Boolean(node.facts.master);
}

/** Devices of the host that belong to no Docker network: a strip that is there only if they are. */
function chips(task: Task, named: Map<string, number>): void {
  const { found, panel, inner } = task;
  if (found.chips.length === 0) return;
  const perRow = Math.max(1, Math.floor((inner + CHIP_GAP) / (CHIP_W + CHIP_GAP)));
  let end = 2;
  for (const { node, seat } of strip(found)) {
    end = Math.max(end, seat + 1);
    const x = PAD + (seat % perRow) * (CHIP_W + CHIP_GAP);
    const y = task.y + Math.floor(seat / perRow) * (CHIP_H + CHIP_GAP);
    const item = panel.add(Kind.chip, node.id, node, x, y, CHIP_W, CHIP_H, faultOf(node));
    panel.labels[item] = deviceNote(task.graph, node);
    panel.extra[item] = undecided(task.graph, node) ? 1 : 0;
    named.set(node.name, item);
  }
  const rows = Math.ceil(capacity(end) / perRow);
  task.y += rows * (CHIP_H + CHIP_GAP);
}

function undecided(graph: GraphView, node: Node): boolean {
  for (const edge of graph.edgesOf(node.id)) {
    if (edge.kind !== "contains" && edge.source === node.id && (edge.target === null || !edge.certain)) return true;
  }
  return false;
}

/** What a device leads to, in few words: `↔ eth0 in vpn`, `↔ ?`, or its kind. */
function deviceNote(graph: GraphView, node: Node): string {
  const peer = peerOf(graph, node.id);
  if (peer !== null) {
    if (peer.node === null) return peer.edge.candidates?.length ? `↔ ? (${peer.edge.candidates.length})` : "↔ ?";
    const space = peer.node.namespace === null ? undefined : graph.nodes.get(peer.node.namespace);
    if (space === undefined || space.id === node.namespace) return `↔ ${peer.node.name}`;
    const where = space.facts.is_host === true ? (graph.nodes.get(space.host ?? "")?.name ?? space.name) : space.name;
    return `↔ ${peer.node.name} · ${where}`;
  }
  for (const edge of graph.edgesOf(node.id)) {
    if ((edge.kind === "lower" || edge.kind === "port" || edge.kind === "underlay") && edge.source === node.id) {
      const target = edge.target === null ? undefined : graph.nodes.get(edge.target);
      return `${node.kind} → ${target?.name ?? "?"}`;
    }
  }
  return node.kind;
}

function routing(task: Task): Routing {
  const { found } = task;
  let routes = 0;
  let gateway = "";
  let forwarding: boolean | null = null;
  const facts = found.own?.facts;
  if (facts !== undefined) {
    const table = list(facts.routes);
    routes = table.length;
    for (const one of table) {
      const route = record(one);
      if (route.destination === "default" && gateway === "") gateway = text(route.gateway);
    }
    const flag = record(facts.sysctls)["net.ipv4.ip_forward"];
    if (flag !== undefined) forwarding = flag === "1" || flag === 1;
  }
  let nat = 0;
  for (const one of found.networks) if (one.facts.driver === "bridge" && one.facts.internal !== true) nat++;
  const ports: string[] = [];
  for (const one of found.containers) {
    let last = "";
    for (const entry of list(one.facts.ports)) {
      const port = text(record(entry).host_port);
      if (port === "" || port === last) continue;
      last = port;
      ports.push(`:${port} → ${one.name}`);
    }
  }
  return { routes, gateway, forwarding, nat, ports };
}

/** Namespaces that are not containers': a box each, with a line per device. */
export function spaces(task: Task): void {
  const { found, panel, graph, cells } = task;
  if (found.spaces.length === 0) return;
  panel.labels[panel.add(Kind.heading, "", null, PAD, task.y, task.inner, BAR, 0)] = "spaces";
  // The host's own namespace has a slot among them, but stands elsewhere: no gap for it.
  const all = places([...found.spaces.map(({ node }) => node), ...(found.own === null ? [] : [found.own])]);
  const own = found.own === null ? Infinity : (all[found.spaces.length] as number);
  const slots = all.map((slot) => (slot > own ? slot - 1 : slot));
  let room = 0;
  let lines = 2;
  found.spaces.forEach(({ devices }, at) => {
    room = Math.max(room, (slots[at] as number) + 1);
    lines = Math.max(lines, Math.min(SPACE_LINES, visible(devices).length));
  });
  lines = Math.min(SPACE_LINES, capacity(lines));
  const perRow = Math.max(1, Math.floor(cells / 2));
  const height = SPACE_HEAD + lines * SPACE_LINE + 6;
  const top = task.y + BAR + 6;
  found.spaces.forEach(({ node, devices }, at) => {
    const slot = slots[at] as number;
    const x = PAD + (slot % perRow) * 2 * UNIT;
    const y = top + Math.floor(slot / perRow) * (height + GAP);
    const width = 2 * UNIT - GAP;
    const item = panel.add(Kind.space, node.id, node, x, y, width, height, faultOf(node));
    const shown = visible(devices);
    shown.forEach((device, line) => {
      const fault = faultOf(device);
      if (fault > (panel.faults[item] as number)) panel.faults[item] = fault;
      if (line >= lines || (line === lines - 1 && shown.length > lines)) {
        panel.index.set(device.id, item);
        panel.counts[item] = (panel.counts[item] as number) + 1;
        return;
      }
      const own = panel.add(Kind.line, device.id, device, x + 8, y + SPACE_HEAD + line * SPACE_LINE, width - 16, SPACE_LINE, fault);
      panel.labels[own] = deviceNote(graph, device);
      panel.extra[own] = undecided(graph, device) ? 1 : 0;
    });
  });
  task.y = top + Math.ceil(room / perRow) * (height + GAP) - GAP;
}

/** A namespace's own loopback says nothing, unless there is nothing else. */
function visible(devices: Node[]): Node[] {
  const shown = devices.filter((one) => one.kind !== "loopback");
  return shown.length === 0 ? devices : shown;
}
