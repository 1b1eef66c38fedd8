/** How rails look for what passes them and for what monitors found of them. Pure. */

import { interfaceOf } from "../facts";
import type { GraphView } from "../model";
import type { EdgeLook } from "../render/overlay";
import type { Edge, Reached } from "../wire";
import { count, t } from "../words";
import { carried, latency, lost, type Rates, widthOf } from "./rates";

const WORSE: Readonly<Record<Reached["state"], number>> = { up: 0, unknown: 1, degraded: 2, down: 3 };

/** What monitors say of an endpoint, with its edge. */
function edgesOf(graph: GraphView, item: Reached): Edge[] {
  return [item.source, item.target].flatMap((id) => id === null ? [] : graph.edgesOf(id)
    .filter((edge) => edge.kind === "endpoint" && edge.source === id && (item.network === null || edge.target === item.network)));
}

function judged(item: Reached, width: number): EdgeLook {
  const loss = item.loss ?? 0;
  const label = loss > 0 ? t("loss", { n: count(Math.round(loss * 100)) }) : item.rtt_us === null ? "" : latency(item.rtt_us);
  switch (item.state) {
    case "down":
      return { tone: "bad", width: Math.max(2.2, width), dashed: true, label: t("reach_down") };
    case "degraded":
      return { tone: "warn", width: Math.max(2.2, width), dashed: true, label };
    case "unknown":
      return { tone: "dim", width, dashed: true };
    default:
      return { width, label };
  }
}

/** By the ids of devices and endpoint edges. A rail whose monitors are content keeps its colour: only faults speak up. */
export function looks(graph: GraphView, rates: ReadonlyMap<string, Rates>, reached: Iterable<Reached>): Map<string, EdgeLook> {
  const found = new Map<string, EdgeLook>();
  for (const [device, each] of rates) {
    const width = widthOf(carried(each));
    if (lost(each) > 0) found.set(device, { tone: "warn", width: Math.max(2, width), label: t("drops") });
    else if (width > 0) found.set(device, { width });
  }
  const worst = new Map<string, { edge: Edge; item: Reached }>();
  for (const item of reached) {
    for (const edge of edgesOf(graph, item)) {
      const known = worst.get(edge.id);
      if (known === undefined || WORSE[item.state] > WORSE[known.item.state]) worst.set(edge.id, { edge, item });
    }
  }
  for (const { edge, item } of worst.values()) {
    if (item.state === "up" && item.monitor === 0) continue;
    const container = graph.nodes.get(edge.source);
    const device = container && interfaceOf(graph, container, edge);
    const width = device ? widthOf(carried(rates.get(device.id) ?? [])) : 0;
    found.set(edge.id, judged(item, width));
  }
  return found;
}
