/** Where the board is looked at from: bounds of the zoom, views of the whole and of some boxes, and the way between two. */

import { frame } from "../layout/fleet";
import type { Box, Camera } from "../model";

const CLOSEST = 4;
const FARTHEST = 0.008;
const MARGIN = 20;
/** Below this width a window is a phone's. */
const NARROW = 600;

/** The camera with a scale that is allowed. */
export function bounded({ x, y, scale }: Camera): Camera {
  return { x, y, scale: Math.min(CLOSEST, Math.max(FARTHEST, scale)) };
}

/** Closer or farther, with the point of the view at `x`, `y` (CSS pixels) staying where it is. */
export function zoomed(camera: Camera, x: number, y: number, factor: number): Camera {
  const { scale } = bounded({ ...camera, scale: camera.scale * factor });
  return { x: camera.x + x / camera.scale - x / scale, y: camera.y + y / camera.scale - y / scale, scale };
}

/** All of a board of this size in a view of so many CSS pixels, of which the lowest `below` are covered. */
export function whole(board: { w: number; h: number }, width: number, full: number, below: number): Camera {
  const { w, h } = board;
  const narrow = width < NARROW;
  const camera = frame({ x: 0, y: 0, w, h }, width, Math.max(1, full - below), narrow ? 8 : MARGIN, 1.25);
  // On a phone the whole would be illegible: as wide as the screen, from the top, as far as that makes names legible.
  const legible = Math.min(0.6, (width - 16) / Math.max(1, w));
  return narrow && legible > camera.scale ? { x: -8 / legible, y: -8 / legible, scale: legible } : camera;
}

/** These boxes in the middle of the view; null where there are none. */
export function around(boxes: readonly (Box | null)[], width: number, height: number): Camera | null {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const box of boxes) {
    if (box === null) continue;
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.w);
    bottom = Math.max(bottom, box.y + box.h);
  }
  if (left === Infinity) return null;
  return frame({ x: left, y: top, w: right - left, h: bottom - top }, width, height, Math.min(width, height) * 0.12, 1.5);
}

/** On the way from one camera to another, `share` (0 … 1) of the time gone. */
export function between(from: Camera, to: Camera, share: number, width: number, height: number): Camera {
  if (share >= 1) return to;
  const eased = 1 - (1 - share) ** 3;
  const scale = from.scale * (to.scale / from.scale) ** eased;
  const middle = (a: Camera): [number, number] => [a.x + width / 2 / a.scale, a.y + height / 2 / a.scale];
  const [ax, ay] = middle(from);
  const [bx, by] = middle(to);
  return { x: ax + (bx - ax) * eased - width / 2 / scale, y: ay + (by - ay) * eased - height / 2 / scale, scale };
}
