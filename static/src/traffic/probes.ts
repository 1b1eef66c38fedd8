/** What is measured, on the board: traffic, monitors and sweeps, with one hook each into the page, its socket and its details. */

import { byId } from "../dom";
import type { GraphView, Renderer } from "../model";
import { Sweeps } from "../sweep/index";
import type { Node, ServerFrame } from "../wire";
import { Traffic } from "./index";

export interface ProbesEvents {
  watch(hosts: readonly string[]): void;
  go(id: string): void;
  say(words: string): void;
}

export class Probes {
  private readonly traffic: Traffic;
  private readonly sweeps: Sweeps;
  private drawing = 0;

  constructor(private readonly graph: GraphView, private readonly renderer: Renderer, private readonly body: HTMLElement, canvas: HTMLElement, events: ProbesEvents) {
    const draw = (): void => this.draw();
    this.traffic = new Traffic(graph, renderer, canvas, byId("traffic"), { draw, watch: (hosts) => events.watch(hosts) });
    this.sweeps = new Sweeps(byId("sweep"), graph, body.dataset["csrf"] ?? "", body.dataset["operate"] !== undefined, { draw, go: (id) => events.go(id), say: (words) => events.say(words) });
  }

  /** Whether this frame was for here. */
  take(frame: ServerFrame): boolean {
    switch (frame.type) {
      case "traffic":
        this.traffic.take(frame);
        return true;
      case "reach":
        this.traffic.reach(frame);
        return true;
      case "sweep":
        this.sweeps.take(frame);
        return true;
      default:
        return false;
    }
  }

  /** The board is there. */
  begin(): void {
    void this.sweeps.recall();
    this.traffic.look();
  }

  /** What is looked at has changed. */
  look(): void {
    this.traffic.look();
  }

  /** What the details have to say besides. */
  details(node: Node | null): HTMLElement[] {
    if (node === null) {
      this.traffic.leave();
      return [];
    }
    return [this.sweeps.details(node), this.traffic.details(node)];
  }

  private draw(): void {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      const edges = this.traffic.looks();
      const painted = this.sweeps.active?.paint(this.graph);
      for (const [id, look] of painted?.edges ?? []) edges.set(id, look);
      const nodes = painted?.nodes;
      this.body.dataset["painted"] = String(nodes?.size ?? 0);
      this.renderer.overlay("probes", edges.size > 0 || (nodes && nodes.size > 0) ? { edges, ...(nodes ? { nodes } : {}) } : null);
    });
  }
}
