/** Measures of the board in its own units (CSS pixels at scale 1), and how room is kept in reserve. */

/** Inside a panel. */
export const PAD = 16;
/** Title and uplinks. */
export const HEAD = 62;
/** The line that tells routing, NAT and published ports. */
export const ROUTES = 24;
/** One column of the panel's grid. */
export const UNIT = 154;
export const GAP = 16;
/** A bus bar. */
export const BAR = 26;
/** From a bar down to the containers on it: the rail with the address at its tip. */
export const DROP = 34;
export const CELL = 40;
/** Below a row of containers: where the tracks to further networks run. */
export const GUTTER = 26;
export const ROW = DROP + CELL + GUTTER;
/** Left of the first container of a bar: where the trunk to its further rows runs. */
export const TRUNK = 14;
/** At the right of a panel: where tracks run from shelf to shelf. */
export const SPINE = 30;
/** An uplink on the panel's top edge. */
export const UPLINK_W = 146;
export const UPLINK_H = 36;
/** A further device of the host. */
export const CHIP_W = 142;
export const CHIP_H = 24;
export const CHIP_GAP = 12;
/** A namespace that is not a container's. */
export const SPACE_HEAD = 26;
export const SPACE_LINE = 17;
export const SPACE_LINES = 6;
/** Between panels. */
export const AISLE = 28;
/** A bar across hosts. */
export const SPAN_BAR = 30;
/** A folded host. */
export const FOLDED = 62;

const STEPS = [0, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

/**
 * How many places a group of `count` gets: a step of a fixed ladder, at most half as many again. While a group stays
 * within its step, nothing on the board moves.
 */
export function capacity(count: number): number {
  for (const step of STEPS) if (count <= step) return step;
  let power = 128;
  while (power < count) power *= 2;
  const threeQuarters = (power / 4) * 3;
  return count <= threeQuarters ? threeQuarters : power;
}

/** How many columns a panel may have. */
export const COLUMNS: readonly number[] = [4, 6, 8, 12, 16, 24, 32, 48, 64];

/** A window's shape in steps, so that dragging its edge does not rearrange the board at every pixel. */
export function shape(aspect: number): number {
  const bounded = Math.min(3, Math.max(0.4, Number.isFinite(aspect) && aspect > 0 ? aspect : 1.6));
  return 1.25 ** Math.round(Math.log(bounded) / Math.log(1.25));
}

/**
 * How wide a panel should be for its height, of `hosts` hosts in a window of this shape: few share the window between
 * them; many have a shape that suits a panel, and the shelves follow the window.
 */
export function panelShape(hosts: number, aspect: number): number {
  if (hosts > 8) return Math.min(1, Math.max(0.6, aspect * 0.65));
  const count = hosts <= 4 ? Math.max(1, hosts) : hosts <= 6 ? 6 : 8;
  let best = aspect;
  let least = Infinity;
  for (let rows = 1; rows <= count; rows++) {
    const across = Math.ceil(count / rows);
    const shape = (aspect * rows) / across;
    const cost = (rows * across - count) / count + Math.abs(Math.log(shape / 1.3)) * 0.2;
    if (cost < least) {
      least = cost;
      best = shape;
    }
  }
  return Math.min(3, Math.max(0.45, best));
}

interface Slotted {
  readonly id: string;
  readonly slot: number;
}

/**
 * The places of some siblings: their slots where those are dense enough, else their ranks. Two on one slot (which a
 * fleet in the middle of a change may show) get ranks too.
 */
export function places(siblings: readonly Slotted[]): number[] {
  const count = siblings.length;
  const limit = count * 4 + 64;
  const result = new Array<number>(count);
  const seen = count > 12 ? new Set<number>() : null;
  for (let at = 0; at < count; at++) {
    const slot = (siblings[at] as Slotted).slot;
    let fine = slot >= 0 && slot < limit;
    if (seen !== null) {
      fine &&= !seen.has(slot);
      seen.add(slot);
    } else for (let before = 0; before < at; before++) if (result[before] === slot) fine = false;
    if (!fine) return ranks(siblings);
    result[at] = slot;
  }
  return result;
}

function ranks(siblings: readonly Slotted[]): number[] {
  const order = siblings.map((_, at) => at);
  order.sort((a, b) => {
    const first = siblings[a] as Slotted;
    const second = siblings[b] as Slotted;
    return first.slot - second.slot || (first.id < second.id ? -1 : 1);
  });
  const result = new Array<number>(siblings.length);
  order.forEach((at, rank) => {
    result[at] = rank;
  });
  return result;
}
