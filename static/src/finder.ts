/** Looking for nodes by anything they carry: a ranked list for the palette. Pure. */

import { classOf } from "./facts";
import { matches, parse, wordsOf } from "./filter";
import type { GraphView } from "./model";
import type { Node } from "./wire";

const RANK: Readonly<Record<string, number>> = { container: 0, network: 1, host: 2, namespace: 3, device: 4 };

export interface Hit {
  readonly node: Node;
  /** The word that matched, where it is not the name. */
  readonly by: string;
}

function score(word: string, query: string): number {
  const lower = word.toLowerCase();
  return lower === query ? 0 : lower.startsWith(query) ? 1 : lower.includes(query) ? 2 : 9;
}

/** The best hits: exact before beginning before within, names before other words, containers before devices. */
export function find(graph: GraphView, input: string, limit: number): Hit[] {
  const filter = parse(input);
  const query = filter.terms.filter((term) => term.key === "" && !term.not && !term.prefix).map((term) => term.value)[0] ?? "";
  if (filter.terms.length === 0) return [];
  const found: { hit: Hit; rank: number }[] = [];
  for (const node of graph.nodes.values()) {
    if (!matches(graph, node, filter)) continue;
    let best = query ? 9 : 0;
    let by = "";
    if (query) {
      wordsOf(graph, node).forEach((word, index) => {
        const rank = score(word, query) + (index === 0 ? 0 : 0.5);
        if (rank >= best) return;
        best = rank;
        by = index === 0 ? "" : word;
      });
    }
    found.push({ hit: { node, by }, rank: best * 10 + (RANK[classOf(node)] ?? 5) });
  }
  return found.sort((a, b) => a.rank - b.rank || a.hit.node.name.localeCompare(b.hit.node.name)).slice(0, limit).map((entry) => entry.hit);
}
