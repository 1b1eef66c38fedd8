/** What others lay over the board: a look for an edge, a mark at a node. Each source (counters, a sweep …) has its own layer. */

import type { Wire } from "../layout/panel";
import type { Glyph } from "./glyph";
import type { Theme } from "./theme";

/** A colour of the theme, so that an overlay follows light, dark and forced colours. */
export type Tone = Exclude<keyof Theme, "dark" | "sans" | "mono">;

/** How the wire of an edge looks instead. */
export interface EdgeLook {
  /** Absent: the wire keeps its own colour. */
  readonly tone?: Tone;
  /** CSS pixels where containers have names; never thinner than the wire itself. */
  readonly width: number;
  readonly dashed?: boolean;
  /** A few letters beside the address, where there is room. */
  readonly label?: string;
}

/** A small sign at the lower right corner of a node's box. */
export interface NodeMark {
  readonly glyph: Glyph;
  readonly tone: Tone;
}

export interface Layer {
  /** By the id of an endpoint edge, or of either device of the pair that the wire draws. */
  readonly edges?: ReadonlyMap<string, EdgeLook>;
  /** By the id of a node that has a box. */
  readonly nodes?: ReadonlyMap<string, NodeMark>;
}

/** All layers; where two say something, the one that was laid last counts. */
export class Overlays {
  private readonly layers = new Map<string, Layer>();
  private order: Layer[] = [];

  /** Lay a source's layer, or (null) take it away. */
  lay(source: string, layer: Layer | null): void {
    this.layers.delete(source);
    if (layer !== null) this.layers.set(source, layer);
    this.order = [...this.layers.values()].reverse();
  }

  get empty(): boolean {
    return this.order.length === 0;
  }

  edge(wire: Wire): EdgeLook | undefined {
    for (const { edges } of this.order) {
      if (edges === undefined) continue;
      const look = edges.get(wire.edge) ?? edges.get(wire.device) ?? edges.get(wire.cable);
      if (look !== undefined) return look;
    }
    return undefined;
  }

  node(id: string): NodeMark | undefined {
    for (const { nodes } of this.order) {
      const mark = nodes?.get(id);
      if (mark !== undefined) return mark;
    }
    return undefined;
  }
}
