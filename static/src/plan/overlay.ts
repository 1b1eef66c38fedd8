/** A plan laid over the live graph: what it would make is there, what it would remove stays and is marked. Pure. */

import type { GraphView, Mark } from "../model";
import type { Edge, Node } from "../wire";

/** What `POST operations/preview` answers of the graph. */
export interface Draft {
  readonly upsert: { readonly nodes: readonly Node[]; readonly edges: readonly Edge[] };
  readonly remove: { readonly nodes: readonly string[]; readonly edges: readonly string[] };
  readonly touched: readonly string[];
}

/** The graph with the plan in it. Made anew for each version of the graph below. */
export class Overlay implements GraphView {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly edges: ReadonlyMap<string, Edge>;
  readonly version: number;
  /** What the plan does to which node; a container that gets or loses an endpoint is touched. */
  readonly marks: ReadonlyMap<string, Mark>;
  private readonly added = new Map<string, Edge[]>();
  private readonly born = new Map<string, string[]>();

  constructor(private readonly base: GraphView, draft: Draft) {
    this.version = base.version;
    const nodes = new Map(base.nodes);
    const edges = new Map(base.edges);
    const marks = new Map<string, Mark>();
    const real = new Set<string>();
    for (const node of draft.upsert.nodes) if (!base.nodes.has(node.id)) real.add(key(node));
    const there = new Set<string>();
    if (real.size > 0) for (const node of base.nodes.values()) if (real.has(key(node)) && !draft.remove.nodes.includes(node.id)) there.add(key(node));
    for (const node of draft.upsert.nodes) {
      const known = base.nodes.has(node.id);
      // What was planned and has come to be stands there itself by now.
      if (!known && there.has(key(node))) continue;
      nodes.set(node.id, node);
      marks.set(node.id, known ? "changed" : "planned");
      if (!known && node.parent !== null) push(this.born, node.parent, node.id);
    }
    for (const edge of draft.upsert.edges) {
      if (!nodes.has(edge.source) || (edge.target !== null && !nodes.has(edge.target))) continue;
      edges.set(edge.id, edge);
      for (const end of new Set([edge.source, ...(edge.target === null ? [] : [edge.target])])) push(this.added, end, edge);
    }
    for (const id of draft.touched) if (nodes.has(id) && !marks.has(id)) marks.set(id, "changed");
    for (const id of draft.remove.edges) {
      const edge = base.edges.get(id);
      if (edge?.kind === "endpoint" && !marks.has(edge.source)) marks.set(edge.source, "changed");
    }
    for (const id of draft.remove.nodes) if (nodes.has(id)) marks.set(id, "doomed");
    this.nodes = nodes;
    this.edges = edges;
    this.marks = marks;
  }

  edgesOf(id: string): readonly Edge[] {
    const more = this.added.get(id);
    return more ? [...this.base.edgesOf(id).filter((edge) => this.edges.get(edge.id) === edge), ...more] : this.base.edgesOf(id);
  }

  childrenOf(id: string): readonly string[] {
    const more = this.born.get(id);
    return more ? [...this.base.childrenOf(id), ...more] : this.base.childrenOf(id);
  }
}

function key(node: Node): string {
  return `${node.kind} ${node.host ?? ""} ${node.name}`;
}

function push<V>(lists: Map<string, V[]>, at: string, value: V): void {
  const list = lists.get(at);
  if (list) list.push(value);
  else lists.set(at, [value]);
}
