/** What the parts of the page share: one read-only view of the graph, what changed in it, and what a renderer can do. */

import type { Layer } from "./render/overlay";
import type { Edge, Node } from "./wire";

/** The graph as the store keeps it. Read-only for everybody but the store. */
export interface GraphView {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly edges: ReadonlyMap<string, Edge>;
  /** Edges that start or end at a node (an undecided edge also at each of its candidates). */
  edgesOf(id: string): readonly Edge[];
  /** Ids of nodes whose `parent` this is. */
  childrenOf(id: string): readonly string[];
  /** Grows with every change. */
  readonly version: number;
}

/** What one frame changed. With `reset` everything may have. */
export interface Changes {
  readonly reset: boolean;
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly removedNodes: ReadonlySet<string>;
  readonly removedEdges: ReadonlySet<string>;
}

/** A rectangle in the board's own units (CSS pixels at scale 1). */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Camera {
  /** The board's point at the view's upper left corner, and CSS pixels per unit. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** Why a node is marked: it just came, changed or went; it is hit if something fails; a preview would make or remove it. */
export type Mark = "new" | "changed" | "gone" | "lost" | "cause" | "planned" | "doomed";

export interface FoldState {
  /** Ids of nodes (hosts, networks, groups) that are folded to one line with a count. */
  readonly folded: ReadonlySet<string>;
}

/** What the page asks of whoever draws the board. One implementation draws on a canvas. */
export interface Renderer {
  /** The graph changed (null: take all of it anew). */
  update(graph: GraphView, changes: Changes | null, fold: FoldState): void;
  select(ids: ReadonlySet<string>): void;
  /** Ids that match the filter; everything else is dimmed. null: nothing is. */
  highlight(ids: ReadonlySet<string> | null): void;
  mark(marks: ReadonlyMap<string, Mark>): void;
  /** Lay a source's looks and signs over the board; null takes them away. A new layer replaces the source's last. */
  overlay(source: string, layer: Layer | null): void;
  /** Host ids that are stale, with the time as it is to be written beside the name. */
  stale(hosts: ReadonlyMap<string, string>): void;
  camera(): Camera;
  setCamera(camera: Camera): void;
  /** Bring all, or these nodes, into view. Moves at once where motion is to be reduced. */
  fit(ids?: readonly string[]): void;
  zoom(factor: number): void;
  pan(dx: number, dy: number): void;
  boxOf(id: string): Box | null;
  /** What is at a point of the canvas, in CSS pixels from its corner. */
  at(x: number, y: number): string | null;
  toSvg(): string;
  toPng(): Promise<Blob>;
  destroy(): void;
}

export interface RendererEvents {
  /** Somebody chose a node (null: the ground). `add`: with Ctrl or Shift. */
  onSelect(id: string | null, add: boolean): void;
  onHover(id: string | null): void;
  onFold(id: string): void;
  onCamera(camera: Camera): void;
}
