/** One host as a panel: what is laid out, kept in flat arrays relative to the panel's corner. */

import type { Box } from "../model";
import type { Node } from "../wire";
import type { Fault } from "./collect";

export const Kind = {
  panel: 0,
  uplink: 1,
  routes: 2,
  chip: 3,
  bar: 4,
  /** Heads a group that has no bus: host network, no network, namespaces. */
  heading: 5,
  cell: 6,
  space: 7,
  line: 8,
  /** Containers of one project folded to one cell. */
  group: 9,
} as const;

/** What a network is, as far as its colour goes. */
export const Hue = { nat: 0, inner: 1, hanging: 2, uplink: 3, plain: 4 } as const;

/** A rail, track, trunk or cable: a polyline with square corners. */
export interface Wire {
  /** x, y, x, y … in the panel. */
  readonly points: readonly number[];
  readonly hue: number;
  readonly dashed: boolean;
  /** The item it comes from and the item it leads to; -1 for what belongs to no single one. */
  readonly from: number;
  readonly to: number;
  /** The endpoint edge that it draws; empty for trunks. */
  readonly edge: string;
  /** The address at its tip. */
  readonly whole: string;
  /** Units left of the tip that the label may take; 0: as much as the box is wide. */
  readonly room: number;
  readonly broken: boolean;
  /** The relation is not decided: drawn dashed, with a question mark. */
  readonly unsure: boolean;
  /** The way of a container's first network. */
  readonly primary: boolean;
  /** The container's device on it, and the host's end of that pair: ids, empty where unknown. */
  readonly device: string;
  readonly cable: string;
}

/** What the line under the title tells. */
export interface Routing {
  readonly routes: number;
  readonly gateway: string;
  readonly forwarding: boolean | null;
  readonly nat: number;
  /** `:443 → edge`. */
  readonly ports: readonly string[];
}

/** Lays items down; frozen into a panel at the end. */
export class Panel {
  x = 0;
  y = 0;
  w = 0;
  h = 0;
  folded = false;
  readonly kinds: number[] = [];
  /** x, y, w, h of each item. */
  readonly rects: number[] = [];
  readonly ids: string[] = [];
  readonly nodes: (Node | null)[] = [];
  readonly faults: Fault[] = [];
  /** Extra of an item: of a bar its hue, of a group or folded bar how many it stands for. */
  readonly extra: number[] = [];
  readonly counts: number[] = [];
  readonly labels: string[] = [];
  readonly wires: Wire[] = [];
  /** Item by node id. Nodes that have no box of their own point to what holds them. */
  readonly index = new Map<string, number>();
  warned = 0;
  broken = 0;
  containers = 0;
  running = 0;
  networks = 0;
  routing: Routing = { routes: 0, gateway: "", forwarding: null, nat: 0, ports: [] };
  /** Where tracks to bars across hosts leave: y on the right edge, by the network's id. */
  readonly exits = new Map<string, number>();
  /** The x in the board where the aisle right of its column begins. */
  aisle = 0;

  constructor(readonly id: string) {}

  add(kind: number, id: string, node: Node | null, x: number, y: number, w: number, h: number, fault: Fault): number {
    const item = this.kinds.length;
    this.kinds.push(kind);
    this.rects.push(x, y, w, h);
    this.ids.push(id);
    this.nodes.push(node);
    this.faults.push(fault);
    this.extra.push(0);
    this.counts.push(0);
    this.labels.push("");
    if (id !== "" && !this.index.has(id)) this.index.set(id, item);
    return item;
  }

  box(item: number): Box {
    const at = item * 4;
    const rects = this.rects;
    return {
      x: this.x + (rects[at] as number),
      y: this.y + (rects[at + 1] as number),
      w: rects[at + 2] as number,
      h: rects[at + 3] as number,
    };
  }

  /** The innermost item at a point of the board, or -1. */
  hit(x: number, y: number): number {
    const px = x - this.x;
    const py = y - this.y;
    const rects = this.rects;
    for (let item = this.kinds.length - 1; item >= 0; item--) {
      const at = item * 4;
      const left = rects[at] as number;
      const top = rects[at + 1] as number;
      if (px >= left && py >= top && px < left + (rects[at + 2] as number) && py < top + (rects[at + 3] as number)) {
        if (this.ids[item] !== "") return item;
      }
    }
    return -1;
  }
}
