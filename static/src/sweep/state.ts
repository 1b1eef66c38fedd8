/** One sweep as the board knows it: frames go in, what is to be painted comes out. Pure. */

import type { GraphView } from "../model";
import type { EdgeLook, NodeMark } from "../render/overlay";
import { parsePrefix, sizeOf } from "../net";
import type { SweepProgress, SweepRow } from "../wire";

export type Sign = "alive" | "silent" | "stranger" | "odd";

export const ENDED: ReadonlySet<string> = new Set(["done", "failed", "cancelled"]);

/** What alive addresses are odd by: somebody should look. */
const ODD: ReadonlySet<string> = new Set(["paused", "conflict", "moved", "wrong_sender"]);

/** What a row is on the board: a shape and a colour each. */
export function signOf(row: SweepRow): Sign | null {
  if (row.kind === "free") return null;
  if (!row.alive) return "silent";
  if (ODD.has(row.code)) return "odd";
  return row.kind === "stranger" || row.kind === "kernel" ? "stranger" : "alive";
}

export const MARKS: Readonly<Record<Sign, NodeMark>> = {
  alive: { glyph: "dot", tone: "good" },
  silent: { glyph: "cross", tone: "bad" },
  stranger: { glyph: "question", tone: "warn" },
  odd: { glyph: "triangle", tone: "warn" },
};

const LOOKS: Readonly<Record<Sign, EdgeLook>> = {
  alive: { tone: "good", width: 2 },
  silent: { tone: "bad", width: 2.4, dashed: true },
  stranger: { tone: "warn", width: 2 },
  odd: { tone: "warn", width: 2.4, dashed: true },
};

/** How serious a cell of the map is: the worst of its addresses shows. */
const RANK: Readonly<Record<Sign, number>> = { alive: 2, stranger: 3, odd: 4, silent: 5 };
export const CELLS: readonly string[] = ["", "asked", "alive", "stranger", "odd", "silent"];
const MOST_CELLS = 256;

export class SweepState {
  readonly rows = new Map<string, SweepRow>();

  constructor(public frame: SweepProgress) {
    this.take(frame);
  }

  take(frame: SweepProgress): void {
    // A frame that was overtaken by the end has rows only.
    if (!ENDED.has(this.frame.state) || ENDED.has(frame.state)) this.frame = frame;
    for (const row of frame.results) this.rows.set(row.address, row);
  }

  get ended(): boolean {
    return ENDED.has(this.frame.state);
  }

  with(sign: Sign): SweepRow[] {
    return [...this.rows.values()].filter((row) => signOf(row) === sign)
      .sort((a, b) => a.address.localeCompare(b.address, "en", { numeric: true }));
  }

  /** What a container's address on this network said, by the address. */
  of(container: string): SweepRow[] {
    return [...this.rows.values()].filter((row) => row.container === container);
  }

  /** Signs at containers, and the rails by which they hang on the network that is swept. */
  paint(graph: GraphView): { nodes: Map<string, NodeMark>; edges: Map<string, EdgeLook> } {
    const nodes = new Map<string, NodeMark>();
    const edges = new Map<string, EdgeLook>();
    for (const row of this.rows.values()) {
      const sign = signOf(row);
      if (sign === null || row.container === null) continue;
      if (nodes.get(row.container) !== MARKS.silent) nodes.set(row.container, MARKS[sign]);
      for (const edge of graph.edgesOf(row.container)) {
        const here = this.frame.network === null
          ? String(edge.facts["address"] ?? "").split("/")[0] === row.address
          : edge.target === this.frame.network;
        if (edge.kind === "endpoint" && edge.source === row.container && here) edges.set(edge.id, LOOKS[sign]);
      }
    }
    return { nodes, edges };
  }

  /** The addresses as at most 256 cells in their order, each an index into `CELLS`. IPv6 has no map: nobody asks all of it. */
  cells(): number[] {
    const prefix = parsePrefix(this.frame.cidr);
    if (prefix === null || prefix.family === 6) return [];
    const size = sizeOf(prefix);
    const count = Math.min(MOST_CELLS, size);
    const each = size / count;
    const first = (prefix.value >> BigInt(32 - prefix.length)) << BigInt(32 - prefix.length);
    const { asked, total } = this.frame;
    const reached = this.frame.state === "done" ? count : total > 0 ? Math.floor((asked / total) * count) : 0;
    const cells: number[] = Array.from({ length: count }, (_, index) => (index < reached ? 1 : 0));
    for (const row of this.rows.values()) {
      const sign = signOf(row);
      const at = parsePrefix(row.address);
      if (sign === null || at === null || at.family === 6) continue;
      const cell = Math.floor(Number(at.value - first) / each);
      if (cell >= 0 && cell < count) cells[cell] = Math.max(cells[cell] ?? 0, RANK[sign]);
    }
    return cells;
  }
}
