/** What is marked on the board: nodes that came, changed, went or are hit, and the boxes of those that are gone. */

import type { Board } from "../layout";
import type { Box, Mark } from "../model";
import type { Ghost } from "./scene";

const PULSE = 1400;
const MOST = 500;

export class Marks {
  readonly ghosts = new Map<string, Ghost>();
  marks: ReadonlyMap<string, Mark> = new Map();
  private since = 0;

  constructor(private readonly board: Board) {}

  /** Keep the boxes of what goes, so that a mark can show where it was. */
  remember(removed: ReadonlySet<string>): void {
    for (const id of removed) {
      const place = this.board.find(id);
      if (place === null || place.panel.ids[place.item] !== id || place.item === 0) continue;
      if (this.ghosts.size > MOST) this.ghosts.clear();
      this.ghosts.set(id, { box: place.panel.box(place.item), name: place.panel.nodes[place.item]?.name ?? "" });
    }
  }

  set(marks: ReadonlyMap<string, Mark>): void {
    for (const id of this.ghosts.keys()) if (marks.get(id) !== "gone") this.ghosts.delete(id);
    for (const [id, mark] of marks) if (this.marks.get(id) !== mark) this.since = performance.now();
    this.marks = new Map(marks);
  }

  /** Where something is marked. */
  boxes(): (Box | null)[] {
    return [...this.marks.keys()].map((id) => this.ghosts.get(id)?.box ?? this.board.boxOf(id));
  }

  /** 0 … 1: how far the pulse of the newest mark has faded. */
  pulse(): number {
    return Math.min(1, (performance.now() - this.since) / PULSE);
  }
}
