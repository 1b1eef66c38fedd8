/** Lay out one host: a pure function of its part of the graph, the slots, what is folded and the shape it should have. */

import type { FoldState, GraphView } from "../model";
import type { Edge, Node } from "../wire";
import { type Collected, type Fault, collect, faultOf, peerOf, record, text } from "./collect";
import { head, spaces } from "./devices";
import { BAR, CELL, DROP, FOLDED, GAP, GUTTER, PAD, ROW, SPINE, TRUNK, UNIT, capacity } from "./metrics";
import { Hue, Kind, Panel } from "./panel";
import { type Attachment, type Section, attach, fitting, flow, sections, widthOf } from "./sections";
import { type Task, wire } from "./task";
import { Ways } from "./tracks";

export function layoutHost(graph: GraphView, host: Node, fold: FoldState, aspect: number): Panel {
  const found = collect(graph, host);
  const panel = new Panel(host.id);
  panel.containers = found.containers.length;
  for (const one of found.containers) if (one.state === "up" || one.state === "degraded") panel.running++;
  panel.networks = found.networks.length;
  panel.warned = found.warned;
  panel.broken = found.broken;
  told(panel, host);
  const own = Math.max(faultOf(host), panel.broken > 0 ? 2 : panel.warned > 0 ? 1 : 0) as Fault;
  panel.add(Kind.panel, host.id, host, 0, 0, 0, 0, own);
  if (fold.folded.has(host.id)) return folded(panel, found);

  const attachments = attach(graph, found.containers);
  const parts = sections(graph, found, attachments, fold);
  const cells = fitting(parts, capacity(found.spaces.length), aspect);
  const inner = cells * UNIT - GAP;
  const task: Task = { graph, fold, found, panel, ways: new Ways(), cells, inner, y: 0 };
  task.ways.spine = PAD + inner + 2;
  task.ways.lanes = capacity(parts.buses.length + parts.groups.length);
  panel.w = PAD + inner + SPINE;
  const ups = head(task);
  const { ways } = task;
  task.y = flow(parts.buses, cells, PAD, task.y + GUTTER, ways.shelves);
  if (parts.groups.length > 0) task.y = flow(parts.groups, cells, PAD, task.y, ways.shelves);
  ways.end = task.y;
  for (const one of [...parts.buses, ...parts.groups]) if (one !== null) hang(task, one);
  rails(task, attachments, parts.byId);
  hanging(task, parts.byId, ups);
  spaces(task);
  panel.h = task.y + (found.spaces.length > 0 ? PAD : 6);
  panel.rects[2] = panel.w;
  panel.rects[3] = panel.h;
  adopt(task);
  sum(panel);
  return panel;
}

/** Count what is faulty by the boxes that show it: a container with its interface down is one fault. */
function sum(panel: Panel): void {
  const { kinds, faults } = panel;
  let warned = 0;
  let broken = 0;
  for (let item = 1; item < kinds.length; item++) {
    if (kinds[item] === Kind.line) continue;
    if (faults[item] === 2) broken++;
    else if (faults[item] === 1) warned++;
  }
  if (warned + broken === 0) return;
  panel.warned = warned;
  panel.broken = broken;
}

/** A host of which only aggregates came tells its counts itself. */
function told(panel: Panel, host: Node): void {
  const counts = record(host.facts.counts);
  const number = (name: string, least: number): number => {
    const value = counts[name];
    return typeof value === "number" && value > least ? value : least;
  };
  if (panel.containers === 0) {
    panel.containers = number("containers", 0);
    panel.running = number("running", 0);
    if (panel.broken + panel.warned === 0) panel.broken = number("faults", 0);
  }
  panel.networks = Math.max(panel.networks, panel.networks === 0 ? number("networks", 0) : 0);
}

function folded(panel: Panel, found: Collected): Panel {
  panel.folded = true;
  panel.w = PAD + 4 * UNIT - GAP + SPINE;
  panel.h = FOLDED;
  panel.rects[2] = panel.w;
  panel.rects[3] = panel.h;
  const inside = (node: Node): void => void panel.index.set(node.id, 0);
  found.networks.forEach(inside);
  found.containers.forEach(inside);
  found.uplinks.forEach(inside);
  found.chips.forEach(inside);
  for (const { node, devices } of found.spaces) {
    inside(node);
    devices.forEach(inside);
  }
  return panel;
}

/** The bar of a section and the containers below it. */
function hang(task: Task, one: Section): void {
  const { panel, fold } = task;
  const width = widthOf(one);
  const kind = one.group === "" ? Kind.bar : Kind.heading;
  one.item = panel.add(kind, one.id, one.node, one.x, one.y, width, BAR, one.node === null ? 0 : faultOf(one.node));
  panel.extra[one.item] = one.hue;
  panel.labels[one.item] = one.group;
  if (one.folded || (one.members.length === 0 && one.node !== null && one.node.host !== null)) {
    const counts = one.node === null ? {} : record(one.node.facts.counts);
    panel.counts[one.item] = one.members.length || (typeof counts.containers === "number" ? counts.containers : 0);
  }
  if (one.folded) {
    let worst: Fault = panel.faults[one.item] as Fault;
    for (const node of one.members) {
      panel.index.set(node.id, one.item);
      worst = Math.max(worst, faultOf(node)) as Fault;
    }
    panel.faults[one.item] = worst;
    return;
  }
  const pitch = (width - TRUNK + GAP) / one.perRow;
  const groups = new Map<string, number>();
  const order = one.members.map((_, at) => at);
  if (fold.folded.size > 0) order.sort((a, b) => (one.slots[a] as number) - (one.slots[b] as number));
  const ends: number[] = [];
  for (const at of order) {
    const node = one.members[at] as Node;
    const slot = one.slots[at] as number;
    const project = fold.folded.size > 0 ? groupOf(node) : "";
    const key = project === "" ? "" : `group:${panel.id}:${project}`;
    if (key !== "" && fold.folded.has(key)) {
      const item = groups.get(key);
      if (item !== undefined) {
        panel.index.set(node.id, item);
        panel.counts[item] = (panel.counts[item] as number) + 1;
        panel.faults[item] = Math.max(panel.faults[item] as Fault, faultOf(node)) as Fault;
        continue;
      }
    }
    const row = Math.floor(slot / one.perRow);
    while (ends.length <= row) ends.push(-1);
    ends[row] = Math.max(ends[row] as number, slot % one.perRow);
    const x = one.x + TRUNK + (slot % one.perRow) * pitch;
    const y = one.y + BAR + row * ROW + (one.group === "" ? DROP : DROP / 2);
    if (key !== "" && fold.folded.has(key)) {
      const item = panel.add(Kind.group, key, node, x, y, pitch - GAP, CELL, faultOf(node));
      panel.labels[item] = project;
      panel.counts[item] = 1;
      panel.index.set(node.id, item);
      groups.set(key, item);
    } else {
      const item = panel.add(Kind.cell, node.id, node, x, y, pitch - GAP, CELL, faultOf(node));
      panel.extra[item] = one.item;
    }
  }
  if (one.group === "") trunks(panel, one, ends, pitch);
}

/** The further rows of a bar hang on a thinner bar each, joined to it by a trunk at the left. */
function trunks(panel: Panel, one: Section, ends: readonly number[], pitch: number): void {
  if (ends.length < 2) return;
  const x = one.x + 4;
  const bottom = one.y + BAR;
  const common = { hue: one.hue, to: one.item, dashed: isDashed(one) };
  wire(panel, { points: [x, bottom, x, bottom + (ends.length - 1) * ROW], ...common });
  for (let row = 1; row < ends.length; row++) {
    const y = bottom + row * ROW;
    const end = ends[row] as number;
    if (end >= 0) wire(panel, { points: [x, y, one.x + TRUNK + end * pitch + 18, y], ...common });
  }
}

function isDashed(one: Section): boolean {
  return one.hue === Hue.hanging && one.node?.host !== null;
}

/** The compose project, or the group that a label asks for. */
export function groupOf(node: Node): string {
  return text(node.facts.group) || text(node.facts.project);
}

/** A rail from its bar to every container, and a track to each further network. */
function rails(task: Task, attachments: readonly Attachment[], byId: ReadonlyMap<string, Section>): void {
  const { panel, ways } = task;
  for (const { container, first, further } of attachments) {
    const item = panel.index.get(container.id);
    if (item === undefined) continue;
    const kind = panel.kinds[item];
    if (kind !== Kind.cell && kind !== Kind.group) continue;
    if (kind === Kind.group && panel.nodes[item] !== container) continue;
    const at = item * 4;
    const x = panel.rects[at] as number;
    const y = panel.rects[at + 1] as number;
    const width = panel.rects[at + 2] as number;
    const home = byId.get(text(container.facts.primary));
    if (home !== undefined && home.group === "") {
      const row = Math.floor((y - home.y - BAR) / ROW);
      const top = home.y + BAR + row * ROW;
      attachWire(task, container, first, item, home, [x + 18, top, x + 18, y], true, 0);
    }
    const step = Math.min(18, (width - 36) / Math.max(1, further.length));
    further.forEach((edge, rank) => {
      const target = edge.target === null ? undefined : byId.get(edge.target);
      if (target === undefined || target.group !== "") return;
      const tap = x + width - 12 - rank * step;
      const bottom = y + CELL;
      const section = home ?? null;
      const shelf = section?.shelf ?? ways.shelves.length - 1;
      const row = section === null ? 0 : Math.floor((y - section.y - BAR) / ROW);
      const last = section !== null && row === section.rows - 1;
      const points = ways.route(tap, bottom, last, shelf, ways.below(bottom, target.lane), target, widthOf(target));
      attachWire(task, container, edge, item, target, points, false, rank === further.length - 1 ? tap - x : step);
    });
  }
  for (const [id, target] of byId) {
    if (target.node === null || target.node.host !== null || target.item < 0) continue;
    const y = ways.above(target.shelf, target.lane);
    const tap = ways.tap(target, widthOf(target));
    wire(panel, { points: [tap, target.y, tap, y, panel.w, y], hue: Hue.hanging, to: target.item });
    panel.exits.set(id, y);
  }
}

function attachWire(
  task: Task, container: Node, edge: Edge | null, item: number, target: Section, points: number[], primary: boolean,
  room: number,
): void {
  const { panel, graph, found } = task;
  const facts = edge?.facts;
  const whole = text(facts?.address) || text(facts?.address6);
  const mac = text(facts?.mac);
  let device: Node | undefined;
  const inside = container.namespace === null ? undefined : found.inside.get(container.namespace);
  if (mac !== "" && inside !== undefined) for (const one of inside.devices) if (one.facts.mac === mac) device = one;
  const pair = device === undefined || device.kind !== "veth" ? null : peerOf(graph, device.id);
  panel.wires.push({
    points, hue: target.hue, dashed: isDashed(target), from: item, to: target.item, edge: edge === null ? "" : edge.id,
    whole, room, broken: device !== undefined && faultOf(device) === 2,
    unsure: (edge !== null && !edge.certain) || (pair !== null && (pair.node === null || !pair.edge.certain)),
    primary, device: device === undefined ? "" : device.id, cable: pair === null || pair.node === null ? "" : pair.node.id,
  });
}

/** Networks that sit on a device of the host hang from it. */
function hanging(task: Task, byId: ReadonlyMap<string, Section>, named: ReadonlyMap<string, number>): void {
  const { panel, ways } = task;
  for (const target of byId.values()) {
    const parent = text(target.node?.facts.parent);
    if (parent === "" || target.group !== "") continue;
    const item = named.get(parent);
    if (item === undefined) continue;
    const at = item * 4;
    const chip = panel.kinds[item] === Kind.chip;
    const x = (panel.rects[at] as number) + (panel.rects[at + 2] as number) - 24;
    const bottom = (panel.rects[at + 1] as number) + (panel.rects[at + 3] as number);
    const gutter = bottom + 3 + (target.lane / (ways.lanes + 1)) * (chip ? 6 : 8);
    const points = ways.route(x, bottom, false, -1, gutter, target, widthOf(target));
    wire(panel, { points, hue: Hue.hanging, from: item, to: target.item, dashed: true });
  }
}

/** What has no box of its own shows its faults where it belongs: devices at their container, bridges at their bar. */
function adopt(task: Task): void {
  const { found, panel } = task;
  const worsen = (item: number, fault: Fault): void => {
    if (item > 0 && fault > (panel.faults[item] as Fault)) panel.faults[item] = fault;
  };
  for (const network of found.networks) {
    const item = panel.index.get(network.id) ?? 0;
    panel.index.set(network.id, item);
    const bridge = found.bridges.get(text(network.facts.bridge));
    if (bridge === undefined) continue;
    panel.index.set(bridge.id, item);
    worsen(item, faultOf(bridge));
  }
  for (const container of found.containers) {
    const inside = container.namespace === null ? undefined : found.inside.get(container.namespace);
    if (inside !== undefined && inside.worst > 0) worsen(panel.index.get(container.id) ?? 0, inside.worst);
  }
}
