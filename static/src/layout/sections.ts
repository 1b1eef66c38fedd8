/** Sections of a panel: a bar with the containers that hang on it. Which there are, how big, and where they go. */

import type { FoldState, GraphView } from "../model";
import type { Edge, Node } from "../wire";
import { type Collected, text } from "./collect";
import { BAR, COLUMNS, GAP, GUTTER, HEAD, PAD, ROUTES, ROW, SPACE_HEAD, SPACE_LINE, SPINE, UNIT, capacity, places } from "./metrics";
import { Hue } from "./panel";

export interface Section {
  readonly id: string;
  readonly node: Node | null;
  /** `host`, `none`, `other` for groups without a bus; else empty. */
  readonly group: string;
  readonly hue: number;
  readonly members: Node[];
  slots: number[];
  folded: boolean;
  places: number;
  units: number;
  rows: number;
  perRow: number;
  /** In the panel: its corner, filled by the flow. */
  x: number;
  y: number;
  shelf: number;
  item: number;
  /** Number of the lane that tracks to it run in. */
  lane: number;
}

export interface Attachment {
  readonly container: Node;
  readonly first: Edge | null;
  readonly further: Edge[];
}

export function hueOf(network: Node): number {
  const driver = text(network.facts.driver);
  if (driver === "macvlan" || driver === "ipvlan" || driver === "overlay") return Hue.hanging;
  if (driver !== "bridge") return Hue.plain;
  return network.facts.internal === true ? Hue.inner : Hue.nat;
}

function section(id: string, node: Node | null, group: string): Section {
  const hue = node === null || group !== "" ? Hue.plain : hueOf(node);
  return {
    id, node, group, hue, members: [], slots: [], folded: false, places: 0, units: 2, rows: 1, perRow: 2,
    x: 0, y: 0, shelf: 0, item: -1, lane: 0,
  };
}

/** The attachments of every container, the one to its primary network apart. */
export function attach(graph: GraphView, containers: readonly Node[]): Attachment[] {
  return containers.map((container) => {
    const primary = container.facts.primary;
    let first: Edge | null = null;
    const further: Edge[] = [];
    for (const edge of graph.edgesOf(container.id)) {
      if (edge.kind !== "endpoint" || edge.source !== container.id) continue;
      if (edge.target === primary) first = edge;
      else further.push(edge);
    }
    if (further.length > 1) further.sort((a, b) => (a.id < b.id ? -1 : 1));
    return { container, first, further };
  });
}

function groupOf(driver: string): string {
  return driver === "host" ? "host" : driver === "null" || driver === "none" ? "none" : "";
}

export interface Sections {
  /** The host's own networks at their slots; null where a slot is free. */
  readonly buses: (Section | null)[];
  /** Ends of bars across hosts, then host network, no network and the rest. */
  readonly groups: Section[];
  readonly byId: Map<string, Section>;
}

/** Which sections a host has, with their members. */
export function sections(graph: GraphView, found: Collected, attachments: readonly Attachment[], fold: FoldState): Sections {
  const byId = new Map<string, Section>();
  const own: Section[] = [];
  const groups = new Map<string, Section>();
  for (const node of found.networks) {
    const group = groupOf(text(node.facts.driver));
    const made = section(node.id, node, group);
    byId.set(node.id, made);
    if (group === "" || groups.has(group)) own.push(made);
    else groups.set(group, made);
  }
  const slots = places(found.networks);
  const taken = new Set<number>();
  found.networks.forEach((node, at) => {
    if (groupOf(text(node.facts.driver)) !== "") taken.add(slots[at] as number);
  });
  const spans = new Map<string, Section>();
  const span = (id: string | null): void => {
    if (id === null || byId.has(id)) return;
    const node = graph.nodes.get(id);
    if (node === undefined || node.kind !== "network" || node.host !== null) return;
    const made = section(id, node, "");
    byId.set(id, made);
    spans.set(id, made);
  };
  for (const { container, first, further } of attachments) {
    span(first?.target ?? null);
    for (const edge of further) span(edge.target);
    const primary = text(container.facts.primary);
    let home = primary === "" ? undefined : byId.get(primary);
    if (home === undefined) {
      const mode = text(container.facts.network_mode);
      const name = mode === "host" || mode === "none" ? mode : `other ${mode}`;
      home = groups.get(name) ?? section("", null, headingOf(graph, container, mode));
      groups.set(name, home);
    }
    home.members.push(container);
  }
  const bySlotNumber: (Section | null)[] = [];
  found.networks.forEach((node, at) => {
    const slot = slots[at] as number;
    while (bySlotNumber.length <= slot) bySlotNumber.push(null);
    const one = byId.get(node.id) as Section;
    if (own.includes(one)) bySlotNumber[slot] = one;
  });
  // What stands elsewhere (host network, no network) leaves no gap here.
  const buses = bySlotNumber.filter((one, slot) => one !== null || !taken.has(slot));
  while (buses.length > 0 && buses[buses.length - 1] === null) buses.pop();
  const band = [...spans.values()].sort(bySlot);
  const others = [...groups.keys()].filter((name) => name.startsWith("other ")).sort();
  for (const name of ["host", "none", ...others]) {
    const one = groups.get(name);
    if (one !== undefined && one.members.length > 0) band.push(one);
  }
  buses.forEach((one, slot) => {
    if (one !== null) one.lane = slot + 1;
  });
  let lane = buses.length;
  for (const one of band) one.lane = ++lane;
  for (const one of [...buses, ...band]) if (one !== null) measure(one, fold);
  return { buses, groups: band, byId };
}

/** Containers without a network of their own stand together by what they use instead, often another's. */
function headingOf(graph: GraphView, container: Node, mode: string): string {
  if (mode === "host" || mode === "none") return mode;
  if (!mode.startsWith("container:")) return "other";
  const id = `${container.host}.c.${mode.slice(10, 26)}`;
  return `shared ${graph.nodes.get(id)?.name ?? mode.slice(10, 22)}`;
}

function bySlot(a: Section, b: Section): number {
  const first = a.node?.slot ?? 0;
  const second = b.node?.slot ?? 0;
  return first - second || (a.id < b.id ? -1 : 1);
}

function measure(one: Section, fold: FoldState): void {
  one.folded = one.id !== "" && fold.folded.has(one.id);
  one.slots = places(one.members);
  let count = 0;
  for (const slot of one.slots) if (slot >= count) count = slot + 1;
  one.places = one.folded ? 0 : capacity(count);
}

/** Size of a section in a panel of so many columns. */
export function size(one: Section, columns: number): void {
  const wanted = Math.max(2, one.places);
  one.units = Math.min(wanted, columns);
  one.perRow = one.units;
  one.rows = Math.ceil(one.places / one.perRow);
}

/** Height of a section on its shelf. A bar on which nothing hangs keeps no room for what may come. */
function heightOf(rows: number): number {
  return BAR + (rows === 0 ? 14 : rows * ROW);
}

export function widthOf(one: Section): number {
  return one.units * UNIT - GAP;
}

/**
 * Put sections on shelves from `top` on, in order. Gives the y of each shelf's bar line and where the last one ends.
 * A free slot takes the room of a bar without containers, so that nothing moves when such a network comes or goes there.
 */
export function flow(
  row: readonly (Section | null)[], columns: number, left: number, top: number, shelves: number[],
): number {
  let unit = 0;
  let height = 0;
  let y = top;
  for (const one of row) {
    if (one !== null) size(one, columns);
    const units = one === null ? 2 : one.units;
    if (unit > 0 && unit + units > columns) {
      y += height;
      unit = 0;
      height = 0;
    }
    if (unit === 0) shelves.push(y);
    if (one !== null) {
      one.x = left + unit * UNIT;
      one.y = y;
      one.shelf = shelves.length - 1;
    }
    unit += units;
    height = Math.max(height, heightOf(one === null ? 0 : one.rows));
  }
  return y + height;
}

/** What stands above the first shelf and below the last, about. */
const ABOVE = HEAD + ROUTES + GUTTER + PAD;
const SPACE = SPACE_HEAD + 2 * SPACE_LINE + GAP;

/**
 * How many columns bring a panel closest to being `aspect` times as wide as high. Depends on reserves and not on what is
 * in them, so that a panel keeps its shape while they last. O(sections) for each number of columns tried.
 */
export function fitting({ buses, groups }: Sections, spaces: number, aspect: number): number {
  // One network more or less does not give the panel another shape.
  const spare = (capacity(buses.length) - buses.length) * 2;
  let best = COLUMNS[0] as number;
  let least = Infinity;
  for (const columns of COLUMNS) {
    let height = flow(groups, columns, 0, flow(buses, columns, 0, ABOVE, []), []);
    height += (spare / columns) * (BAR + 14) + Math.ceil(spaces / (columns / 2)) * SPACE + (spaces > 0 ? BAR : 0);
    const shape = (PAD + columns * UNIT - GAP + SPINE) / height;
    const loss = Math.abs(Math.log(shape / aspect));
    if (loss >= least) break;
    least = loss;
    best = columns;
  }
  return best;
}
