/**
 * Moving over a board that takes longer to paint than a frame lasts. Two sheets lie over the canvas: one is shown, moved
 * and scaled by the compositor, which costs the main thread next to nothing; meanwhile the other is painted crisp, a
 * band in each frame, and then takes its place. Where only the corner moved, the new sheet is the old one shifted, and
 * just the strips that came into view are painted.
 */

import type { Camera } from "../model";
import type { Clip } from "./scene";

/** Milliseconds of each frame that go into the next sheet. */
const BUDGET = 3;
/** Bands that a sheet is painted in. */
const BANDS = 16;

interface Sheet {
  readonly canvas: HTMLCanvasElement;
  readonly pen: CanvasRenderingContext2D;
  camera: Camera;
}

export interface Size {
  /** CSS pixels, and device pixels per CSS pixel. */
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

type Draw = (pen: CanvasRenderingContext2D, camera: Camera, clip: Clip) => void;

export class Motion {
  active = false;
  private readonly cover = document.createElement("div");
  private front: Sheet | null = null;
  private back: Sheet | null = null;
  /** The next band of the back sheet; BANDS: none is being painted. */
  private band = BANDS;
  /** Something changed since the sheet that is being painted, or shown, was begun. */
  private outdated = false;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.cover.className = "motion";
    this.cover.setAttribute("aria-hidden", "true");
    this.cover.style.cssText = "position:absolute;overflow:hidden;pointer-events:none;display:none";
  }

  /** The canvas's picture, of this camera, becomes the first sheet. */
  begin(camera: Camera, ratio: number, ground: string): void {
    const { canvas, cover } = this;
    if (cover.parentNode === null) canvas.after(cover);
    this.front ??= this.sheet();
    this.back ??= this.sheet();
    for (const { canvas: sheet } of [this.front, this.back]) {
      if (sheet.width !== canvas.width) sheet.width = canvas.width;
      if (sheet.height !== canvas.height) sheet.height = canvas.height;
      sheet.style.width = `${canvas.width / ratio}px`;
      sheet.style.height = `${canvas.height / ratio}px`;
    }
    const { pen } = this.front;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(canvas, 0, 0);
    this.front.camera = camera;
    const style = cover.style;
    style.left = `${canvas.offsetLeft}px`;
    style.top = `${canvas.offsetTop}px`;
    style.width = `${canvas.clientWidth}px`;
    style.height = `${canvas.clientHeight}px`;
    style.background = ground;
    style.display = "";
    this.active = true;
    this.band = BANDS;
    this.outdated = false;
    this.show();
  }

  private sheet(): Sheet {
    const canvas = document.createElement("canvas");
    canvas.style.cssText = "position:absolute;left:0;top:0;transform-origin:0 0;border-radius:0";
    const pen = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (pen === null) throw new Error("this browser gives no further 2D canvas");
    return { canvas, pen, camera: { x: 0, y: 0, scale: 1 } };
  }

  /** Show the camera's view as well as it can be shown now, and work on showing it better. Tells whether it is exact. */
  step(camera: Camera, size: Size, outdated: boolean, draw: Draw): boolean {
    this.outdated ||= outdated;
    if (this.band < BANDS) this.work(size, draw);
    else if (!this.outdated && this.shift(camera, size, draw)) this.show();
    else if (this.outdated || !this.exact(camera, size)) {
      (this.back as Sheet).camera = camera;
      this.band = 0;
      this.outdated = false;
      this.work(size, draw);
    }
    this.place(camera);
    return this.band === BANDS && !this.outdated && this.exact(camera, size);
  }

  private exact(camera: Camera, size: Size): boolean {
    const at = (this.front as Sheet).camera;
    const off = Math.max(Math.abs(at.x - camera.x), Math.abs(at.y - camera.y)) * camera.scale * size.ratio;
    return at.scale === camera.scale && off <= 0.501;
  }

  /** Paint bands until the frame's share of time is used up, at least one. */
  private work({ width, height, ratio }: Size, draw: Draw): void {
    const back = this.back as Sheet;
    const end = performance.now() + BUDGET;
    const step = Math.ceil((height * ratio) / BANDS) / ratio;
    back.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    do {
      const top = this.band * step;
      if (top < height) draw(back.pen, back.camera, { left: 0, top, right: width, bottom: Math.min(height, top + step) });
      // Have it rastered now: otherwise all bands would be at once, when the sheet is shown.
      back.pen.getImageData(0, 0, 1, 1);
      this.band++;
    } while (this.band < BANDS && performance.now() < end);
    if (this.band === BANDS) this.swap();
  }

  private swap(): void {
    const old = this.front;
    this.front = this.back;
    this.back = old;
    this.show();
  }

  private show(): void {
    // The other one is kept out of the document: what is painted there need not be handed to the compositor.
    this.cover.replaceChildren((this.front as Sheet).canvas);
  }

  /** Only the corner moved, by less than a window: shift what is there, paint what came into view. */
  private shift(camera: Camera, { width, height, ratio }: Size, draw: Draw): boolean {
    const front = this.front as Sheet;
    const back = this.back as Sheet;
    if (camera.scale !== front.camera.scale) return false;
    const unit = camera.scale * ratio;
    const dx = Math.round((front.camera.x - camera.x) * unit);
    const dy = Math.round((front.camera.y - camera.y) * unit);
    if ((dx === 0 && dy === 0) || Math.abs(dx) > front.canvas.width * 0.7 || Math.abs(dy) > front.canvas.height * 0.7) return false;
    back.camera = { x: front.camera.x - dx / unit, y: front.camera.y - dy / unit, scale: camera.scale };
    back.pen.setTransform(1, 0, 0, 1, 0, 0);
    back.pen.drawImage(front.canvas, dx, dy);
    back.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const x = dx / ratio;
    const y = dy / ratio;
    if (dx !== 0) draw(back.pen, back.camera, { left: dx > 0 ? 0 : Math.floor(width + x), top: 0, right: dx > 0 ? Math.ceil(x) : width, bottom: height });
    if (dy !== 0) draw(back.pen, back.camera, { left: 0, top: dy > 0 ? 0 : Math.floor(height + y), right: width, bottom: dy > 0 ? Math.ceil(y) : height });
    this.swap();
    return true;
  }

  private place(camera: Camera): void {
    const front = this.front as Sheet;
    const at = front.camera;
    const { scale } = camera;
    const near = at.scale === scale && Math.max(Math.abs(at.x - camera.x), Math.abs(at.y - camera.y)) * scale < 0.51;
    const move = `translate(${(at.x - camera.x) * scale}px,${(at.y - camera.y) * scale}px) scale(${scale / at.scale})`;
    front.canvas.style.transform = near ? "none" : move;
  }

  /** Give the picture to the canvas; the camera that it was painted for. */
  copyTo(pen: CanvasRenderingContext2D): Camera {
    const front = this.front as Sheet;
    pen.drawImage(front.canvas, 0, 0);
    return front.camera;
  }

  end(): void {
    if (!this.active) return;
    this.active = false;
    this.cover.style.display = "none";
  }

  remove(): void {
    this.cover.remove();
  }
}
