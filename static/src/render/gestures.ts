/** Mouse, wheel, trackpad and touch on the canvas. */

export interface GestureTarget {
  pan(dx: number, dy: number): void;
  zoomAt(x: number, y: number, factor: number): void;
  click(x: number, y: number, add: boolean): void;
  open(x: number, y: number): void;
  hover(x: number, y: number): void;
  leave(): void;
}

interface Finger {
  x: number;
  y: number;
}

const THRESHOLD = 5;

/** A mouse's wheel turns in large, even steps and straight; fingers on a trackpad do not. */
function isMouseWheel(event: WheelEvent): boolean {
  if (event.deltaMode !== 0) return true;
  return event.deltaX === 0 && Number.isInteger(event.deltaY) && Math.abs(event.deltaY) >= 50;
}

/** Listen until the returned function is called. */
export function listen(canvas: HTMLCanvasElement, target: GestureTarget): () => void {
  const fingers = new Map<number, Finger>();
  let moved = false;
  let start: Finger = { x: 0, y: 0 };
  const abort = new AbortController();
  const options = { signal: abort.signal };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (fingers.size === 1) {
      moved = false;
      start = { x: event.offsetX, y: event.offsetY };
    } else moved = true;
  }, options);

  canvas.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (finger === undefined) {
      target.hover(event.offsetX, event.offsetY);
      return;
    }
    const here = { x: event.offsetX, y: event.offsetY };
    if (fingers.size === 1) {
      if (!moved && Math.hypot(here.x - start.x, here.y - start.y) < THRESHOLD) return;
      if (!moved) canvas.style.cursor = "grabbing";
      moved = true;
      target.pan(here.x - finger.x, here.y - finger.y);
    } else if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other !== undefined) pinch(target, finger, here, other);
    }
    finger.x = here.x;
    finger.y = here.y;
  }, options);

  const lift = (event: PointerEvent): void => {
    const known = fingers.delete(event.pointerId);
    canvas.style.cursor = "";
    if (event.type === "pointerup" && known && !moved && fingers.size === 0) {
      target.click(event.offsetX, event.offsetY, event.ctrlKey || event.metaKey || event.shiftKey);
    }
  };
  canvas.addEventListener("pointerup", lift, options);
  canvas.addEventListener("pointercancel", lift, options);
  canvas.addEventListener("pointerleave", () => target.leave(), options);
  canvas.addEventListener("dblclick", (event) => target.open(event.offsetX, event.offsetY), options);

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 18 : event.deltaMode === 2 ? 400 : 1;
    const dy = event.deltaY * unit;
    if (event.ctrlKey || event.metaKey) target.zoomAt(event.offsetX, event.offsetY, Math.exp(-Math.max(-40, Math.min(40, dy)) * 0.01));
    else if (event.shiftKey) target.pan(-(dy || event.deltaX * unit), 0);
    else if (isMouseWheel(event)) target.zoomAt(event.offsetX, event.offsetY, Math.exp(-Math.max(-120, Math.min(120, dy)) * 0.0022));
    else target.pan(-event.deltaX * unit, -dy);
  }, { ...options, passive: false });

  canvas.style.touchAction = "none";
  return () => abort.abort();
}

/** One of two fingers moved: the board follows both. */
function pinch(target: GestureTarget, from: Finger, to: Finger, other: Finger): void {
  const before = Math.hypot(from.x - other.x, from.y - other.y);
  const after = Math.hypot(to.x - other.x, to.y - other.y);
  target.pan((to.x - from.x) / 2, (to.y - from.y) / 2);
  if (before > 8 && after > 8) target.zoomAt((to.x + other.x) / 2, (to.y + other.y) / 2, after / before);
}
