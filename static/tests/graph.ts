/** A graph for tests: what the store does for the page, without frames. */

import type { GraphView } from "../src/model";
import type { Edge, Node } from "../src/wire";

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
