/** A page for benchmarks and screenshots: the renderer on a generated fleet, without server. Not part of the product. */

import { Board } from "./layout";
import type { Changes, GraphView, Mark } from "./model";
import { createRenderer } from "./render";
import { simulate } from "./simulate";
import type { Edge, Node } from "./wire";

const NONE: ReadonlySet<string> = new Set();

/** The smallest store that is a GraphView. */
export class Graph implements GraphView {
  readonly nodes = new Map<string, Node>();
  readonly edges = new Map<string, Edge>();
  private readonly ends = new Map<string, Edge[]>();
  private readonly children = new Map<string, string[]>();
  version = 0;

  constructor(nodes: readonly Node[], edges: readonly Edge[]) {
    for (const node of nodes) this.put(node);
    for (const edge of edges) this.link(edge);
  }

  put(node: Node): void {
    const old = this.nodes.get(node.id);
    this.nodes.set(node.id, node);
    this.version++;
    if (node.parent === null || old !== undefined) return;
    const list = this.children.get(node.parent);
    if (list === undefined) this.children.set(node.parent, [node.id]);
    else list.push(node.id);
  }

  link(edge: Edge): void {
    this.edges.set(edge.id, edge);
    for (const end of new Set([edge.source, edge.target, ...(edge.candidates ?? [])])) {
      if (end === null) continue;
      const list = this.ends.get(end);
      if (list === undefined) this.ends.set(end, [edge]);
      else list.push(edge);
    }
  }

  drop(id: string): void {
    const parent = this.nodes.get(id)?.parent;
    this.nodes.delete(id);
    this.version++;
    for (const edge of this.ends.get(id) ?? []) {
      this.edges.delete(edge.id);
      for (const end of [edge.source, edge.target]) {
        const list = end === null ? undefined : this.ends.get(end);
        if (list !== undefined) this.ends.set(end as string, list.filter((one) => one.id !== edge.id));
      }
    }
    this.ends.delete(id);
    const siblings = parent ? this.children.get(parent) : undefined;
    if (parent && siblings !== undefined) this.children.set(parent, siblings.filter((one) => one !== id));
  }

  edgesOf(id: string): readonly Edge[] {
    return this.ends.get(id) ?? [];
  }

  childrenOf(id: string): readonly string[] {
    return this.children.get(id) ?? [];
  }
}

interface Frames {
  work: number[];
  between: number[];
  items: number[];
}

/** What the benchmark drives through `window.harness`. */
function start(): void {
  const canvas = document.querySelector("canvas") as HTMLCanvasElement;
  const frames: Frames = { work: [], between: [], items: [] };
  let last = 0;
  let painted: (() => void) | null = null;
  const renderer = createRenderer(
    canvas,
    { onSelect: (id) => renderer.select(new Set(id === null ? [] : [id])), onHover() {}, onFold() {}, onCamera() {} },
    {
      onFrame(work, items) {
        const now = performance.now();
        frames.work.push(work);
        frames.items.push(items);
        if (last > 0) frames.between.push(now - last);
        last = now;
        painted?.();
      },
    },
  );
  let graph: Graph | null = null;
  const all = { folded: NONE };
  const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
  const paintedOnce = (): Promise<void> =>
    new Promise((resolve) => {
      painted = () => {
        painted = null;
        resolve();
      };
    });

  const harness = {
    renderer,
    /** Take a graph as the server's text, and tell the milliseconds from text to painted frame. */
    async load(text: string): Promise<{ parse: number; total: number; nodes: number }> {
      const begin = performance.now();
      const { nodes, edges } = JSON.parse(text) as { nodes: Node[]; edges: Edge[] };
      const parse = performance.now() - begin;
      graph = new Graph(nodes, edges);
      const done = paintedOnce();
      renderer.update(graph, null, all);
      await done;
      return { parse, total: performance.now() - begin, nodes: nodes.length };
    },
    simulate: (hosts: number, containers: number, seed: number): string => JSON.stringify(simulate(hosts, containers, seed)),
    /** Milliseconds of `rounds` whole layouts, the first of them cold. */
    layout(rounds: number): number[] {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const board = new Board();
        const begin = performance.now();
        board.update(graph as Graph, null, all, 1.6);
        times.push(performance.now() - begin);
      }
      return times;
    },
    /** Pan and zoom for so many frames; the figures of each. */
    async ride(count: number): Promise<Frames & { longest: number }> {
      renderer.fit();
      for (let wait = 0; wait < 30; wait++) await frame();
      frames.work.length = frames.between.length = frames.items.length = 0;
      last = 0;
      const whole = renderer.camera();
      const w = canvas.clientWidth;
      const h = canvas.clientHeight;
      const deepest = Math.max(1, 1.6 / whole.scale);
      for (let at = 0; at < count; at++) {
        const share = at / count;
        const depth = deepest ** (0.5 - 0.5 * Math.cos(share * Math.PI * 6));
        const scale = whole.scale * depth;
        const x = whole.x + (w / whole.scale) * (0.5 + 0.3 * Math.sin(share * 9)) - w / 2 / scale;
        const y = whole.y + (h / whole.scale) * (0.5 + 0.3 * Math.cos(share * 7)) - h / 2 / scale;
        renderer.setCamera({ x, y, scale });
        await frame();
      }
      return { ...frames, longest: Math.max(...frames.between) };
    },
    /** Change one container's state `count` times; milliseconds from delta to paint of each. */
    async deltas(count: number): Promise<number[]> {
      const times: number[] = [];
      const ids = [...(graph as Graph).nodes.values()].filter((node) => node.kind === "container").map((node) => node.id);
      for (let at = 0; at < count; at++) {
        const id = ids[(at * 7919) % ids.length] as string;
        const node = (graph as Graph).nodes.get(id) as Node;
        const begin = performance.now();
        (graph as Graph).put({ ...node, state: node.state === "up" ? "down" : "up" });
        const changes: Changes = { reset: false, nodes: new Set([id]), edges: NONE, removedNodes: NONE, removedEdges: NONE };
        const done = paintedOnce();
        renderer.update(graph as Graph, changes, all);
        await done;
        times.push(performance.now() - begin);
        await frame();
      }
      return times;
    },
    fold(ids: string[]): void {
      renderer.update(graph as Graph, null, { folded: new Set(ids) });
    },
    mark: (marks: [string, Mark][]): void => renderer.mark(new Map(marks)),
    ids: (kind: string): string[] => [...(graph as Graph).nodes.values()].filter((node) => node.kind === kind).map((node) => node.id),
  };
  (window as unknown as { harness: typeof harness }).harness = harness;
}

if (typeof document !== "undefined" && document.querySelector("canvas") !== null) start();
