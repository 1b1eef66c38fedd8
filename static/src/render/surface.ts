/** The canvas as a surface: its size in the device's own pixels, and which parts of it are painted. */

import type { Box, Camera } from "../model";
import { Motion } from "./motion";
import { paint } from "./paint";
import type { Clip, Scene } from "./scene";

/** CSS pixels around a box that its rings and signs may cover. */
const HALO = 12;
/** More parts than this, or more of the canvas than this share, and all of it is painted. */
const PARTS = 24;
const SHARE = 0.6;
/** Milliseconds that a whole frame may keep the main thread: where it takes longer, moving shows pictures made before. */
const HEAVY = 8;
const PLAIN_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./:-_·…% ";

export class Surface {
  width = 0;
  height = 0;
  ratio = 1;
  private readonly pen: CanvasRenderingContext2D;
  private readonly motion: Motion;
  private readonly stops: (() => void)[] = [];
  /** What a whole frame costs, as it was seen lately. */
  private cost = 0;
  /** Items that the last frame of a movement drew. */
  drawn = 0;
  /** The camera of what stands on the canvas. */
  private shown: Camera | null = null;

  /** @param heavy milliseconds that a whole frame may take before moving shows pictures made before. */
  constructor(private readonly canvas: HTMLCanvasElement, private readonly resized: () => void, private readonly heavy = HEAVY) {
    const pen = canvas.getContext("2d", { alpha: false });
    if (pen === null) throw new Error("this browser gives no 2D canvas");
    this.pen = pen;
    this.motion = new Motion(canvas);
    this.measure();
    const observer = new ResizeObserver(() => this.measured());
    observer.observe(canvas);
    try {
      // Also told where only the density changes; not every browser knows it.
      observer.observe(canvas, { box: "device-pixel-content-box" });
    } catch {
      addEventListener("resize", () => this.measured());
    }
    this.stops.push(() => observer.disconnect(), this.watchRatio(), () => this.motion.remove());
  }

  /** For measuring texts. */
  get ruler(): CanvasRenderingContext2D {
    return this.pen;
  }

  get moving(): boolean {
    return this.motion.active;
  }

  /** The device's pixels per CSS pixel change with the browser's zoom and from screen to screen. */
  private watchRatio(): () => void {
    let abort = new AbortController();
    const watch = (): void => {
      abort.abort();
      abort = new AbortController();
      matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => {
        this.measured();
        watch();
      }, { signal: abort.signal });
    };
    watch();
    return () => abort.abort();
  }

  private measured(): void {
    if (this.measure()) this.resized();
  }

  private measure(): boolean {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = devicePixelRatio || 1;
    if (clientWidth === this.width && clientHeight === this.height && ratio === this.ratio) return false;
    this.width = clientWidth;
    this.height = clientHeight;
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    this.motion.end();
    this.shown = null;
    return true;
  }

  /**
   * Cover everything with one colour: there is nothing to paint yet. In the meantime letters of these fonts are drawn in
   * that colour, so that the browser has them at hand when the first names come.
   */
  blank(ground: string, fonts: readonly string[]): void {
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    this.pen.fillStyle = ground;
    this.pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    for (const font of fonts) {
      this.pen.font = font;
      this.pen.fillText(PLAIN_LETTERS, 0, 20);
    }
  }

  /**
   * Paint at once: all of it, or only around some boxes of the board.
   *
   * @returns how many items were drawn.
   */
  paint(scene: Scene, damage: readonly Box[] | null): number {
    const parts = damage === null || !this.standsAt(scene.camera) ? null : this.parts(scene, damage);
    this.motion.end();
    this.shown = scene.camera;
    this.pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    if (parts === null) {
      this.weigh();
      return paint(this.pen, scene);
    }
    let items = 0;
    for (const part of parts) items += this.within(this.pen, scene, part);
    return items;
  }

  /** Whether moving to another camera is better shown by a picture made before than painted anew in every frame. */
  isHeavy(): boolean {
    return this.cost > this.heavy && this.shown !== null;
  }

  /**
   * One frame of a movement. `outdated`: something else than the camera changed as well.
   *
   * @returns whether the canvas shows exactly this scene.
   */
  follow(scene: Scene, outdated: boolean): boolean {
    if (!this.motion.active) this.motion.begin(this.shown as Camera, this.ratio, scene.theme.ground);
    const size = { width: this.width, height: this.height, ratio: this.ratio };
    this.drawn = 0;
    return this.motion.step(scene.camera, size, outdated, (pen, camera, clip) => {
      this.drawn += this.within(pen, { ...scene, camera }, clip);
    });
  }

  /** The movement is over: its picture becomes the canvas's. */
  settle(): void {
    if (!this.motion.active) return;
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    this.shown = this.motion.copyTo(this.pen);
    this.motion.end();
  }

  private standsAt(camera: Camera): boolean {
    const { shown } = this;
    return shown !== null && !this.motion.active && shown.x === camera.x && shown.y === camera.y && shown.scale === camera.scale;
  }

  /** The parts of the canvas that some boxes cover; null: paint it all. */
  private parts(scene: Scene, damage: readonly Box[]): Clip[] | null {
    if (damage.length > PARTS) return null;
    const { camera } = scene;
    const s = camera.scale;
    const parts: Clip[] = [];
    let area = 0;
    for (const box of damage) {
      const left = Math.max(0, Math.floor((box.x - camera.x) * s - HALO));
      const top = Math.max(0, Math.floor((box.y - camera.y) * s - HALO));
      const right = Math.min(this.width, Math.ceil((box.x + box.w - camera.x) * s + HALO));
      const bottom = Math.min(this.height, Math.ceil((box.y + box.h - camera.y) * s + HALO));
      if (right <= left || bottom <= top) continue;
      area += (right - left) * (bottom - top);
      parts.push({ left, top, right, bottom });
    }
    return area > this.width * this.height * SHARE ? null : parts;
  }

  private within(pen: CanvasRenderingContext2D, scene: Scene, clip: Clip): number {
    pen.save();
    pen.beginPath();
    pen.rect(clip.left, clip.top, clip.right - clip.left, clip.bottom - clip.top);
    pen.clip();
    const items = paint(pen, scene, clip);
    pen.restore();
    return items;
  }

  /** A frame's cost is known once the browser has rastered it, which it does after the script. */
  private weigh(): void {
    const begin = performance.now();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const took = performance.now() - begin;
      this.cost = this.cost === 0 ? took : this.cost * 0.7 + took * 0.3;
      channel.port1.close();
    };
    channel.port2.postMessage(0);
  }

  destroy(): void {
    for (const stop of this.stops) stop();
  }
}
