/** The layout of the whole board, kept current host by host: only what changed is laid out anew. */

import type { Box, Changes, FoldState, GraphView } from "../model";
import type { Node } from "../wire";
import { hostOf, peerOf } from "./collect";
import { type Packed, pack } from "./fleet";
import { layoutHost } from "./host";
import { panelShape, shape } from "./metrics";
import type { Panel } from "./panel";

export { Kind, Hue, type Panel, type Wire } from "./panel";
export type { Packed, Span } from "./fleet";

const NO_FOLD: FoldState = { folded: new Set() };

/** Same graph, slots, folding and shape: same board, whether it came at once or by changes. */
export class Board {
  readonly panels = new Map<string, Panel>();
  packed: Packed = { order: [], shelves: [], spans: [], w: 0, h: 0 };
  private hosts: Node[] = [];
  private overlays: Node[] = [];
  private aspect = 1.6;
  private fold = NO_FOLD;
  private foldKey = "";
  private graph: GraphView | null = null;
  private shape = 1.6;

  /** @returns ids of the hosts that were laid out anew; null: all. */
  update(graph: GraphView, changes: Changes | null, fold: FoldState, aspect: number): ReadonlySet<string> | null {
    const bent = shape(aspect);
    const key = [...fold.folded].sort().join(" ");
    const all = changes === null || changes.reset || this.graph === null || key !== this.foldKey || bent !== this.aspect;
    this.graph = graph;
    this.fold = fold;
    this.foldKey = key;
    this.aspect = bent;
    const dirty = all ? null : this.touched(changes);
    if (dirty === null || dirty.has("fleet") || [...dirty].some((id) => graph.nodes.has(id) !== this.panels.has(id))) {
      this.hosts = [];
      this.overlays = [];
      for (const node of graph.nodes.values()) {
        if (node.kind === "host") this.hosts.push(node);
        else if (node.host === null && node.kind === "network") this.overlays.push(node);
      }
      this.overlays.sort((a, b) => a.slot - b.slot || (a.id < b.id ? -1 : 1));
    } else this.hosts = this.hosts.map((node) => graph.nodes.get(node.id) ?? node);
    const wanted = panelShape(this.hosts.length, bent);
    if (wanted !== this.shape || dirty === null || dirty.has("fleet")) {
      this.shape = wanted;
      this.panels.clear();
      for (const host of this.hosts) this.place(host);
      this.repack();
      return null;
    }
    let moved = false;
    for (const id of dirty) moved = this.replace(id) || moved;
    if (moved) this.repack();
    return dirty;
  }

  private touched(changes: Changes): Set<string> {
    const dirty = new Set<string>();
    for (const ids of [changes.nodes, changes.edges, changes.removedNodes, changes.removedEdges]) {
      for (const id of ids) dirty.add(hostOf(id));
    }
    return dirty;
  }

  private place(host: Node): Panel {
    const panel = layoutHost(this.graph as GraphView, host, this.fold, this.shape);
    this.panels.set(host.id, panel);
    return panel;
  }

  /** Lay out one host anew. Tells whether the others have to make room. */
  private replace(id: string): boolean {
    const old = this.panels.get(id);
    const host = this.graph?.nodes.get(id);
    if (host === undefined) return this.panels.delete(id);
    const made = this.place(host);
    if (old === undefined || old.w !== made.w || old.h !== made.h || made.exits.size + old.exits.size > 0) return true;
    made.x = old.x;
    made.y = old.y;
    made.aisle = old.aisle;
    this.packed.order[this.packed.order.indexOf(old)] = made;
    return false;
  }

  private repack(): void {
    const panels = this.hosts.map((host) => this.panels.get(host.id)).filter((one) => one !== undefined);
    this.packed = pack(panels, this.hosts, this.overlays, this.aspect);
  }

  /** Where a node stands; of one without a box of its own, what holds it. */
  boxOf(id: string): Box | null {
    for (const span of this.packed.spans) if (span.node.id === id) return { x: span.x, y: span.y, w: span.w, h: span.h };
    const place = this.find(id);
    return place === null ? null : place.panel.box(place.item);
  }

  /** The panel and item of a node: its own box, or that of the container whose end of a pair or namespace it is. */
  find(id: string): { panel: Panel; item: number } | null {
    const panel = this.panels.get(hostOf(id)) ?? this.holder(id);
    if (panel === undefined) return null;
    const item = panel.index.get(id) ?? this.within(panel, id);
    return item === undefined ? null : { panel, item };
  }

  private within(panel: Panel, id: string): number | undefined {
    const graph = this.graph;
    const node = graph?.nodes.get(id);
    if (!graph || node === undefined) return undefined;
    const spaces = [node.kind === "namespace" ? id : node.namespace];
    const peer = node.namespace === null ? null : peerOf(graph, id);
    if (peer?.node) spaces.push(peer.node.namespace);
    for (const space of spaces) {
      if (space === null || graph.nodes.get(space)?.facts.is_host === true) continue;
      for (const child of [space, ...graph.childrenOf(space)]) {
        const item = panel.index.get(child);
        if (item !== undefined) return item;
      }
    }
    return 0;
  }

  private holder(id: string): Panel | undefined {
    if (!id.startsWith("group:")) return undefined;
    return this.panels.get(id.split(":")[1] ?? "");
  }

  /** Panels that touch a rectangle of the board. */
  visible(left: number, top: number, right: number, bottom: number): Panel[] {
    const { order, shelves } = this.packed;
    const found: Panel[] = [];
    for (let at = 0; at < shelves.length; at++) {
      const shelf = shelves[at] as Packed["shelves"][number];
      if (shelf.y - 20 > bottom || shelf.y + shelf.h < top) continue;
      const end = shelves[at + 1]?.first ?? order.length;
      for (let index = shelf.first; index < end; index++) {
        const panel = order[index] as Panel;
        if (panel.x <= right && panel.x + panel.w >= left && panel.y - 20 <= bottom && panel.y + panel.h >= top) found.push(panel);
      }
    }
    return found;
  }

  /** What stands at a point of the board. */
  at(x: number, y: number): string | null {
    for (const span of this.packed.spans) {
      if (x >= span.x && y >= span.y && x < span.x + span.w && y < span.y + span.h) return span.node.id;
    }
    for (const panel of this.visible(x, y, x, y)) {
      const item = panel.hit(x, y);
      if (item >= 0) return panel.ids[item] ?? null;
    }
    return null;
  }

  /** Close up: the end of a pair at a point of a rail, the host's in its upper half and the container's in its lower. */
  deviceAt(host: string, x: number, y: number): string | null {
    const panel = this.panels.get(host);
    if (panel === undefined) return null;
    const px = x - panel.x;
    const py = y - panel.y;
    for (const wire of panel.wires) {
      if (!wire.primary || wire.device === "") continue;
      const left = wire.points[0] as number;
      const top = wire.points[1] as number;
      const bottom = wire.points[3] as number;
      if (px < left - 6 || px > left + 100 || py < top || py >= bottom) continue;
      return py < (top + bottom) / 2 && wire.cable !== "" ? wire.cable : wire.device;
    }
    return null;
  }
}
