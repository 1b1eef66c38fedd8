/** Panels beside and below each other, in a board of the window's shape; bars across hosts below them. */

import type { Camera } from "../model";
import type { Node } from "../wire";
import { AISLE, SPAN_BAR, places } from "./metrics";
import type { Panel } from "./panel";

export interface Span {
  readonly node: Node;
  x: number;
  y: number;
  w: number;
  h: number;
  /** Its cables: polylines in the board. */
  readonly cables: number[][];
}

export interface Packed {
  readonly order: Panel[];
  /** Index into `order` of the first panel of each shelf, and the shelf's y and height. */
  readonly shelves: { first: number; y: number; h: number }[];
  readonly spans: Span[];
  readonly w: number;
  readonly h: number;
}

interface Column {
  right: number;
  bottom: number;
}

/** Place for place in the order of the hosts' slots; a free slot keeps the room that a panel like the last one takes. */
function sequence(panels: readonly Panel[], hosts: readonly Node[]): (Panel | null)[] {
  const slots = places(hosts);
  let most = 0;
  for (const slot of slots) most = Math.max(most, slot + 1);
  const result: (Panel | null)[] = [];
  if (most <= panels.length + Math.max(2, panels.length / 4)) {
    panels.forEach((panel, at) => {
      const slot = slots[at] as number;
      while (result.length <= slot) result.push(null);
      result[slot] = panel;
    });
    while (result.length > 0 && result[0] === null) result.shift();
    return result;
  }
  const order = panels.map((_, at) => at).sort((a, b) => (slots[a] as number) - (slots[b] as number));
  return order.map((at) => panels[at] as Panel);
}

/**
 * Shelves of panels. Small ones stand below each other where a taller neighbour leaves the room. O(hosts) for each of
 * the few widths tried.
 */
export function pack(panels: readonly Panel[], hosts: readonly Node[], overlays: readonly Node[], aspect: number): Packed {
  const row = sequence(panels, hosts);
  let area = 0;
  let widest = 0;
  let last: Panel | null = null;
  for (const one of row) {
    if (one !== null) last = one;
    const panel = one ?? last;
    if (panel === null) continue;
    area += (panel.w + AISLE) * (panel.h + AISLE);
    widest = Math.max(widest, panel.w);
  }
  let best = widest;
  let cost = Infinity;
  const ideal = Math.sqrt(area * aspect);
  for (const stretch of [0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5]) {
    const limit = Math.max(widest, ideal * stretch);
    const { w, h } = shelve(row, limit, null);
    const loss = Math.max(w, h * aspect);
    if (loss < cost * 0.995) {
      cost = loss;
      best = limit;
    }
  }
  const shelves: Packed["shelves"] = [];
  const order: Panel[] = [];
  const { w, h } = shelve(row, best, { shelves, order });
  const spans = overlays.map((node, at) => spanOf(node, at, w, h));
  spans.forEach((span, at) => cable(span, at === 0, order, shelves));
  const bottom = spans.length === 0 ? h : h + AISLE + spans.length * (SPAN_BAR + 12) - 12;
  return { order, shelves, spans, w, h: bottom };
}

function shelve(
  row: readonly (Panel | null)[], limit: number, out: { shelves: Packed["shelves"]; order: Panel[] } | null,
): { w: number; h: number } {
  let y = 0;
  let height = 0;
  let width = 0;
  let column: Column = { right: 0, bottom: 0 };
  let left = 0;
  let last: Panel | null = row.find((one) => one !== null) ?? null;
  out?.shelves.push({ first: 0, y: 0, h: 0 });
  for (const one of row) {
    const panel = one ?? last;
    if (panel === null) continue;
    last = panel;
    const { w, h } = panel;
    const below = column.bottom > 0 && w <= column.right - left && column.bottom + AISLE + h <= height;
    if (!below) {
      if (column.bottom > 0) left = column.right + AISLE;
      if (left > 0 && left + w > limit) {
        y += height + AISLE;
        height = 0;
        left = 0;
        out?.shelves.push({ first: out.order.length, y, h: 0 });
      }
      column = { right: left + w, bottom: 0 };
    }
    const top = column.bottom > 0 ? column.bottom + AISLE : 0;
    column.bottom = top + h;
    height = Math.max(height, column.bottom);
    width = Math.max(width, column.right);
    if (out !== null) {
      const shelf = out.shelves[out.shelves.length - 1];
      if (shelf !== undefined) shelf.h = height;
      if (one !== null) {
        one.x = left;
        one.y = y + top;
        one.aisle = column.right;
        out.order.push(one);
      }
    }
  }
  return { w: width, h: y + height };
}

function spanOf(node: Node, at: number, width: number, bottom: number): Span {
  return { node, x: 0, y: bottom + AISLE + at * (SPAN_BAR + 12), w: Math.max(width, 300), h: SPAN_BAR, cables: [] };
}

/** Each host's end of a bar across hosts leaves through the aisles: right of its panel, below its shelf, left of all. */
function cable(span: Span, nearest: boolean, order: readonly Panel[], shelves: Packed["shelves"]): void {
  const offset = 6 + ((span.node.slot % 6) + 6) % 6 * 3;
  for (let at = 0; at < shelves.length; at++) {
    const shelf = shelves[at] as Packed["shelves"][number];
    const end = shelves[at + 1]?.first ?? order.length;
    let first = true;
    for (let index = shelf.first; index < end; index++) {
      const panel = order[index] as Panel;
      const exit = panel.exits.get(span.node.id);
      if (exit === undefined) continue;
      const x = panel.aisle + offset;
      const y = panel.y + exit;
      const below = shelf.y + shelf.h + offset;
      if (at === shelves.length - 1 && nearest) span.cables.push([panel.x + panel.w, y, x, y, x, span.y]);
      else {
        span.cables.push([panel.x + panel.w, y, x, y, x, below, -offset, below]);
        if (first) span.cables.push([-offset, below, -offset, span.y + span.h / 2, 0, span.y + span.h / 2]);
      }
      first = false;
    }
  }
}

/** The camera that shows a box of the board whole in a view, never closer than `most`. */
export function frame(
  box: { x: number; y: number; w: number; h: number }, width: number, height: number, margin: number, most: number,
): Camera {
  const scale = Math.min(most, Math.max(1, width - 2 * margin) / Math.max(1, box.w), Math.max(1, height - 2 * margin) / Math.max(1, box.h));
  return { x: box.x + box.w / 2 - width / 2 / scale, y: box.y + box.h / 2 - height / 2 / scale, scale };
}
