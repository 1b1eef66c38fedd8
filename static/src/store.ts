/**
 * The graph as the page knows it: frames go in, changes come out.
 *
 * Pure: no DOM, no clock, no socket. A delta applies only to the position it was made for; anything else is either old
 * (ignored) or a gap (told, so that the socket asks for what is missing).
 */

import type { Changes, GraphView } from "./model";
import type { Cursor, Delta, Detail, Edge, Json, Live, Node, ServerFrame, Snapshot, SourceName, Stale } from "./wire";

/** Why a source of a host does not speak. */
export interface Silence {
  readonly source: SourceName;
  readonly since: string;
  readonly code: string;
  readonly params: { readonly [key: string]: Json };
}

/** What a frame did. `gap`: it does not fit, the host's part has to be asked for again. */
export type Outcome =
  | { readonly kind: "changed"; readonly changes: Changes; readonly before: ReadonlyMap<string, Node>; readonly at: string }
  | { readonly kind: "sources" }
  | { readonly kind: "gap"; readonly host: string }
  | { readonly kind: "nothing" };

const NOTHING: Outcome = { kind: "nothing" };
const NO_EDGES: readonly Edge[] = [];
const NO_IDS: readonly string[] = [];

/** Every node that an edge touches: both ends, and each candidate of an undecided one. */
function ends(edge: Edge): string[] {
  const ids = [edge.source];
  if (edge.target !== null && edge.target !== edge.source) ids.push(edge.target);
  for (const id of edge.candidates ?? []) if (!ids.includes(id)) ids.push(id);
  return ids;
}

/** Lists of values by key, without empty lists. */
class Index<V> {
  private readonly lists = new Map<string, V[]>();

  get(key: string): readonly V[] | undefined {
    return this.lists.get(key);
  }

  add(key: string, value: V): void {
    const list = this.lists.get(key);
    if (list) list.push(value);
    else this.lists.set(key, [value]);
  }

  drop(key: string, value: V): void {
    const list = this.lists.get(key);
    if (!list) return;
    const index = list.indexOf(value);
    if (index >= 0) list.splice(index, 1);
    if (list.length === 0) this.lists.delete(key);
  }

  clear(): void {
    this.lists.clear();
  }
}

export class Store implements GraphView {
  readonly nodes = new Map<string, Node>();
  readonly edges = new Map<string, Edge>();
  version = 0;
  detail: Detail = "full";
  /** Where this copy stands, per host: what `resume` of a hello carries. */
  cursor: Cursor = {};
  /** Silent sources, by host. */
  readonly silences = new Map<string, Map<SourceName, Silence>>();
  private readonly touching = new Index<Edge>();
  private readonly children = new Index<string>();

  edgesOf(id: string): readonly Edge[] {
    return this.touching.get(id) ?? NO_EDGES;
  }

  childrenOf(id: string): readonly string[] {
    return this.children.get(id) ?? NO_IDS;
  }

  /** Take one frame. Frames that say nothing about the graph (ping, notice) do nothing. */
  apply(frame: ServerFrame): Outcome {
    switch (frame.type) {
      case "snapshot":
        return this.replace(frame);
      case "delta":
        return this.change(frame);
      case "stale":
        return this.silence(frame);
      case "live":
        return this.speak(frame);
      default:
        return NOTHING;
    }
  }

  private replace(frame: Snapshot): Outcome {
    const before = new Map(this.nodes);
    const edgesBefore = new Set(this.edges.keys());
    this.nodes.clear();
    this.edges.clear();
    this.touching.clear();
    this.children.clear();
    for (const node of frame.nodes) this.putNode(node);
    for (const edge of frame.edges) this.putEdge(edge);
    this.cursor = { ...frame.cursor };
    this.detail = frame.detail;
    for (const host of this.silences.keys()) if (!this.nodes.has(host)) this.silences.delete(host);
    this.version += 1;
    const removedNodes = new Set<string>();
    for (const id of before.keys()) if (!this.nodes.has(id)) removedNodes.add(id);
    const removedEdges = new Set<string>();
    for (const id of edgesBefore) if (!this.edges.has(id)) removedEdges.add(id);
    const changes: Changes = {
      reset: true, nodes: new Set(this.nodes.keys()), edges: new Set(this.edges.keys()), removedNodes, removedEdges,
    };
    return { kind: "changed", changes, before, at: frame.generated_at };
  }

  private change(frame: Delta): Outcome {
    const here = this.cursor[frame.host];
    if (!here || here.epoch !== frame.epoch) return { kind: "gap", host: frame.host };
    if (frame.seq <= here.seq) return NOTHING;
    if (frame.base !== here.seq) return { kind: "gap", host: frame.host };
    const before = new Map<string, Node>();
    const keep = (id: string): void => {
      const old = this.nodes.get(id);
      if (old) before.set(id, old);
    };
    for (const id of frame.remove.edges) this.dropEdge(id);
    for (const id of frame.remove.nodes) {
      keep(id);
      this.dropNode(id);
    }
    for (const node of frame.upsert.nodes) {
      keep(node.id);
      this.putNode(node);
    }
    for (const edge of frame.upsert.edges) this.putEdge(edge);
    this.cursor[frame.host] = { epoch: frame.epoch, seq: frame.seq };
    this.version += 1;
    const changes: Changes = {
      reset: false,
      nodes: new Set(frame.upsert.nodes.map((node) => node.id)),
      edges: new Set(frame.upsert.edges.map((edge) => edge.id)),
      removedNodes: new Set(frame.remove.nodes),
      removedEdges: new Set(frame.remove.edges),
    };
    return { kind: "changed", changes, before, at: frame.at };
  }

  private silence(frame: Stale): Outcome {
    const sources = this.silences.get(frame.host) ?? new Map<SourceName, Silence>();
    const { source, since } = frame;
    sources.set(source, { source, since, code: frame.code ?? "", params: frame.params ?? {} });
    this.silences.set(frame.host, sources);
    return { kind: "sources" };
  }

  private speak(frame: Live): Outcome {
    const sources = this.silences.get(frame.host);
    if (!sources?.delete(frame.source)) return NOTHING;
    if (sources.size === 0) this.silences.delete(frame.host);
    return { kind: "sources" };
  }

  private putNode(node: Node): void {
    const old = this.nodes.get(node.id);
    if (old?.parent !== node.parent) {
      if (old?.parent) this.children.drop(old.parent, node.id);
      if (node.parent) this.children.add(node.parent, node.id);
    }
    this.nodes.set(node.id, node);
  }

  private dropNode(id: string): void {
    const node = this.nodes.get(id);
    if (!node) return;
    if (node.parent) this.children.drop(node.parent, id);
    this.nodes.delete(id);
  }

  private putEdge(edge: Edge): void {
    if (this.edges.has(edge.id)) this.dropEdge(edge.id);
    this.edges.set(edge.id, edge);
    for (const id of ends(edge)) this.touching.add(id, edge);
  }

  private dropEdge(id: string): void {
    const edge = this.edges.get(id);
    if (!edge) return;
    for (const end of ends(edge)) this.touching.drop(end, edge);
    this.edges.delete(id);
  }
}
