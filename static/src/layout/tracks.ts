/** Ways of tracks and cables through the gutters of a panel, so that none crosses a box. */

import { GUTTER, SPINE } from "./metrics";
import type { Section } from "./sections";

/** Where tracks may run: above each shelf, below each row, and in the spine at the right. */
export class Ways {
  /** Lanes beside each other in every gutter. */
  lanes = 1;
  spine = 0;
  right = 0;
  readonly shelves: number[] = [];
  /** Below the last shelf. */
  end = 0;

  private fraction(lane: number): number {
    return lane / (this.lanes + 1);
  }

  /** The y of a lane right above a shelf (or below the last). */
  above(shelf: number, lane: number): number {
    const y = shelf < this.shelves.length ? (this.shelves[shelf] as number) : this.end;
    return y - 3 - this.fraction(lane) * 9;
  }

  /** The y of a lane in the gutter below a row whose boxes end at `bottom`. */
  below(bottom: number, lane: number): number {
    return bottom + GUTTER - 12 + this.fraction(lane) * 9;
  }

  down(lane: number): number {
    return this.spine + 4 + this.fraction(lane) * (SPINE - 8);
  }

  /** Where a track comes down onto a bar. */
  tap(target: Section, width: number): number {
    return target.x + width - 10;
  }

  /**
   * From `x`, `y` (the lower edge of a box) to the bar of `target`.
   *
   * @param lastRow nothing of the section stands below the box, so the way down to the next shelf is free.
   * @param shelf the shelf of the box; -1 for what stands above the first.
   * @param gutter the y of the lane right below the box, used where the way down is not free.
   */
  route(x: number, y: number, lastRow: boolean, shelf: number, gutter: number, target: Section, width: number): number[] {
    const next = target.shelf === shelf + 1;
    if (lastRow && next && x >= target.x + 6 && x <= target.x + width - 6) return [x, y, x, target.y];
    const tap = this.tap(target, width);
    const entry = this.above(target.shelf, target.lane);
    if (lastRow && next) return [x, y, x, entry, tap, entry, tap, target.y];
    const first = lastRow && shelf >= 0 ? this.above(shelf + 1, target.lane) : gutter;
    const lane = this.down(target.lane);
    return [x, y, x, first, lane, first, lane, entry, tap, entry, tap, target.y];
  }
}
