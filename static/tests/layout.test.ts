/** The layout's promises, over generated topologies. NETBOARD_RUNS sets how many (default 150). */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Graph } from "./graph";
import { Board, Kind, type Panel } from "../src/layout";
import { capacity, places, shape } from "../src/layout/metrics";
import type { Box, FoldState } from "../src/model";
import { aspect, build, plan } from "./topology";

const RUNS = Number(process.env.NETBOARD_RUNS ?? 150);
const NONE: ReadonlySet<string> = new Set();
const OPEN: FoldState = { folded: NONE };
/** Kinds that contain others: a host its boxes, a namespace its lines. */
const HOLDERS: ReadonlySet<number> = new Set([Kind.panel, Kind.space]);

function lay(graph: Graph, wide: number, fold = OPEN): Board {
  const board = new Board();
  board.update(graph, null, fold, wide);
  return board;
}

function overlap(a: Box, b: Box): boolean {
  const slack = 0.01;
  return a.x + a.w > b.x + slack && b.x + b.w > a.x + slack && a.y + a.h > b.y + slack && b.y + b.h > a.y + slack;
}

function inside(inner: Box, outer: Box): boolean {
  const slack = 0.01;
  return (
    inner.x >= outer.x - slack && inner.y >= outer.y - slack &&
    inner.x + inner.w <= outer.x + outer.w + slack && inner.y + inner.h <= outer.y + outer.h + slack
  );
}

/** Every box with an owner, and every wire that draws an edge, once. */
function boxes(board: Board): Map<string, string> {
  const found = new Map<string, string>();
  for (const panel of board.packed.order) {
    panel.kinds.forEach((_, item) => {
      const { x, y, w, h } = panel.box(item);
      if (panel.ids[item] !== "") found.set(`${panel.id} ${panel.ids[item]}`, `${x} ${y} ${w} ${h}`);
    });
    for (const wire of panel.wires) {
      if (wire.edge !== "") found.set(`${panel.id} ${wire.edge}`, wire.points.map((value) => Math.round(value * 1e6)).join(" "));
    }
  }
  return found;
}

function checkPanel(panel: Panel): void {
  const whole = panel.box(0);
  for (let a = 1; a < panel.kinds.length; a++) {
    const first = panel.box(a);
    assert.ok(inside(first, whole), `${panel.ids[a]} leaves its host`);
    for (let b = a + 1; b < panel.kinds.length; b++) {
      const second = panel.box(b);
      if (!overlap(first, second)) continue;
      const held = HOLDERS.has(panel.kinds[a] as number) && inside(second, first);
      assert.ok(held, `${panel.ids[a]} overlaps ${panel.ids[b]}`);
    }
  }
}

/** A wire may touch the edge of a box (that is where it ends) but not run through it. */
function crosses(panel: Panel, x1: number, y1: number, x2: number, y2: number, item: number): boolean {
  const at = item * 4;
  const left = (panel.rects[at] as number) + 0.5;
  const top = (panel.rects[at + 1] as number) + 0.5;
  const right = left + (panel.rects[at + 2] as number) - 1;
  const bottom = top + (panel.rects[at + 3] as number) - 1;
  return Math.max(x1, x2) > left && Math.min(x1, x2) < right && Math.max(y1, y2) > top && Math.min(y1, y2) < bottom;
}

function checkWires(panel: Panel): void {
  for (const wire of panel.wires) {
    const { points } = wire;
    for (let at = 0; at + 3 < points.length; at += 2) {
      const [x1, y1, x2, y2] = points.slice(at, at + 4) as [number, number, number, number];
      assert.ok(x1 === x2 || y1 === y2, "a wire runs aslant");
      for (let item = 1; item < panel.kinds.length; item++) {
        assert.ok(!crosses(panel, x1, y1, x2, y2, item), `a wire to ${panel.ids[wire.to]} crosses ${panel.ids[item]}`);
      }
    }
  }
}

test("no two boxes overlap, each lies within its host, and hosts lie apart", () => {
  fc.assert(
    fc.property(plan, aspect, (planned, wide) => {
      const board = lay(build(planned).graph(), wide);
      const { order, spans } = board.packed;
      assert.equal(order.length, planned.hosts.length);
      order.forEach(checkPanel);
      const outer: Box[] = [...order.map((panel) => panel.box(0)), ...spans];
      outer.forEach((first, a) => outer.slice(a + 1).forEach((second) => assert.ok(!overlap(first, second), "hosts overlap")));
    }),
    { numRuns: RUNS },
  );
});

test("no rail, track or cable crosses a box", () => {
  fc.assert(
    fc.property(plan, aspect, (planned, wide) => {
      const board = lay(build(planned).graph(), wide);
      board.packed.order.forEach(checkWires);
      for (const span of board.packed.spans) {
        for (const points of span.cables) {
          for (let at = 0; at + 3 < points.length; at += 2) {
            const [x1, y1, x2, y2] = points.slice(at, at + 4) as [number, number, number, number];
            const cable = { x: Math.min(x1, x2), y: Math.min(y1, y2), w: Math.abs(x2 - x1) + 0.02, h: Math.abs(y2 - y1) + 0.02 };
            for (const panel of board.packed.order) assert.ok(!overlap(cable, panel.box(0)), `a cable crosses ${panel.id}`);
            for (const other of board.packed.spans) if (other !== span) assert.ok(!overlap(cable, other), "a cable crosses a bar");
          }
        }
      }
    }),
    { numRuns: RUNS },
  );
});

test("the same graph gives the same board, in whatever order it came", () => {
  fc.assert(
    fc.property(plan, aspect, (planned, wide) => {
      const parts = build(planned);
      const first = boxes(lay(parts.graph(), wide));
      parts.nodes.reverse();
      parts.edges.reverse();
      assert.deepEqual(new Map([...boxes(lay(parts.graph(), wide))].sort()), new Map([...first].sort()));
    }),
    { numRuns: RUNS },
  );
});

test("every container and network has a box, whatever is folded", () => {
  fc.assert(
    fc.property(plan, aspect, fc.infiniteStream(fc.boolean()), (planned, wide, coins) => {
      const parts = build(planned);
      const folded = new Set<string>();
      for (const node of parts.nodes) {
        if ((node.kind === "network" || node.kind === "host") && coins.next().value === true) folded.add(node.id);
      }
      folded.add("group:h0:p1");
      const board = lay(parts.graph(), wide, { folded });
      board.packed.order.forEach(checkPanel);
      board.packed.order.forEach(checkWires);
      for (const node of parts.nodes) assert.ok(board.boxOf(node.id) !== null, `${node.id} is nowhere`);
    }),
    { numRuns: RUNS },
  );
});

test("taking a container away, or giving it back, moves nothing while its network's reserve lasts", () => {
  fc.assert(
    fc.property(plan, aspect, fc.nat(), (planned, wide, pick) => {
      const parts = build(planned);
      const containers = parts.nodes.filter((node) => node.kind === "container");
      fc.pre(containers.length > 0);
      const gone = containers[pick % containers.length] as (typeof containers)[number];
      const group = (node: (typeof containers)[number]): string => `${node.host} ${node.facts.primary ?? node.facts.network_mode}`;
      const siblings = containers.filter((node) => group(node) === group(gone));
      const most = (nodes: typeof containers): number => capacity(nodes.reduce((high, node) => Math.max(high, node.slot + 1), 0));
      const rest = siblings.filter((node) => node !== gone);
      fc.pre(rest.length > 0 && most(siblings) === most(rest));
      const without = new Set([gone.id, gone.namespace as string]);
      // An overlay's end on a host comes and goes with its last container there: that is beyond any reserve.
      const overlays = (id: string): boolean => parts.edges.some((edge) => edge.source === id && edge.target?.startsWith("fleet."));
      fc.pre(!overlays(gone.id));
      const before = boxes(lay(parts.graph(), wide));
      const after = boxes(lay(parts.graph(without), wide));
      before.delete(`${gone.host} ${gone.id}`);
      for (const edge of parts.edges) if (edge.source === gone.id) before.delete(`${gone.host} ${edge.id}`);
      assert.deepEqual(after, before);
    }),
    { numRuns: RUNS },
  );
});

test("an uplink or further device that goes, or comes back, moves nothing while the row's reserve lasts", () => {
  fc.assert(
    fc.property(plan, aspect, fc.nat(), (planned, wide, pick) => {
      const parts = build(planned);
      const devices = parts.nodes.filter((node) => node.kind === "nic" || node.kind === "tun");
      fc.pre(devices.length > 0);
      const gone = devices[pick % devices.length] as (typeof devices)[number];
      const siblings = devices.filter((node) => node.host === gone.host && node.kind === gone.kind);
      const most = (nodes: typeof devices): number => capacity(nodes.reduce((high, node) => Math.max(high, node.slot + 1), 0));
      const rest = siblings.filter((node) => node !== gone);
      fc.pre(rest.length > 0 && most(siblings) === most(rest));
      const before = boxes(lay(parts.graph(), wide));
      before.delete(`${gone.host} ${gone.id}`);
      assert.deepEqual(boxes(lay(parts.graph(new Set([gone.id])), wide)), before);
    }),
    { numRuns: RUNS },
  );
});

test("a network without containers that goes, or comes back, moves nothing on any host", () => {
  fc.assert(
    fc.property(plan, aspect, fc.nat(), (planned, wide, pick) => {
      const parts = build(planned);
      const used = new Set(parts.edges.map((edge) => edge.target));
      const buses = parts.nodes.filter((node) => node.kind === "network" && node.host !== null && node.facts.driver !== "host" && node.facts.driver !== "null");
      const last = (node: (typeof buses)[number]): boolean => !buses.some((other) => other.host === node.host && other.slot > node.slot);
      const empty = buses.filter((node) => !used.has(node.id) && !last(node));
      fc.pre(empty.length > 0);
      const gone = empty[pick % empty.length] as (typeof empty)[number];
      const before = boxes(lay(parts.graph(), wide));
      before.delete(`${gone.host} ${gone.id}`);
      assert.deepEqual(boxes(lay(parts.graph(new Set([gone.id])), wide)), before);
    }),
    { numRuns: RUNS },
  );
});

test("a board kept by changes equals the board laid out at once", () => {
  fc.assert(
    fc.property(plan, aspect, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), (planned, wide, picks) => {
      const parts = build(planned);
      const graph = parts.graph();
      const board = lay(graph, wide);
      const gone = new Set<string>();
      for (const pick of picks) {
        const left = parts.nodes.filter((node) => node.kind === "container" && !gone.has(node.id));
        if (left.length === 0) break;
        const node = left[pick % left.length] as (typeof left)[number];
        gone.add(node.id);
        graph.drop(node.id);
        board.update(graph, { reset: false, nodes: NONE, edges: NONE, removedNodes: new Set([node.id]), removedEdges: NONE }, OPEN, wide);
      }
      assert.deepEqual(new Map([...boxes(board)].sort()), new Map([...boxes(lay(parts.graph(gone), wide))].sort()));
    }),
    { numRuns: RUNS },
  );
});

test("capacity grows in steps and is never short", () => {
  fc.assert(
    fc.property(fc.nat(100000), (count) => {
      const room = capacity(count);
      assert.ok(room >= count && room <= Math.max(2, count * 1.5 + 2));
      assert.equal(capacity(room), room);
    }),
  );
});

test("places are slots, or ranks where slots are too sparse or doubled", () => {
  assert.deepEqual(places([{ id: "a", slot: 2 }, { id: "b", slot: 0 }]), [2, 0]);
  assert.deepEqual(places([{ id: "a", slot: 1e9 }, { id: "b", slot: 5 }]), [1, 0]);
  assert.deepEqual(places([{ id: "b", slot: 3 }, { id: "a", slot: 3 }]), [1, 0]);
});

test("a window's shape is taken in steps", () => {
  assert.equal(shape(1.6), shape(1.61));
  assert.equal(shape(Number.NaN), shape(1.6));
});
