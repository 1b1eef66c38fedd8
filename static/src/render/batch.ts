/** Collects what is to be drawn by its look, so that a frame changes colours and fonts as seldom as possible. */

import type { Pen } from "./pen";
import { type Face, font } from "./text";
import type { Theme } from "./theme";

interface Look {
  /** Higher ones are drawn later; of equal ones the order is that of their looks, whatever was drawn first. */
  readonly z: number;
  readonly fill: string;
  readonly stroke: string;
  readonly width: number;
  readonly alpha: number;
  readonly dash: number;
  readonly radius: number;
  /** x, y, w, h of boxes; x1, y1, x2, y2 of lines. */
  readonly at: number[];
}

interface Writing {
  readonly font: string;
  readonly colour: string;
  readonly alpha: number;
  readonly right: boolean;
  readonly words: string[];
  readonly at: number[];
}

export class Batch {
  private lines = new Map<string, Look>();
  private boxes = new Map<string, Look>();
  private rects = new Map<string, Look>();
  private writings = new Map<string, Writing>();

  private look(map: Map<string, Look>, fill: string, stroke: string, width: number, alpha: number, dash: number, radius: number, z = 0): Look {
    const key = `${z}${fill}${stroke}${width} ${alpha} ${dash} ${radius}`;
    let look = map.get(key);
    if (look === undefined) {
      look = { z, fill, stroke, width, alpha, dash, radius, at: [] };
      map.set(key, look);
    }
    return look;
  }

  line(x1: number, y1: number, x2: number, y2: number, stroke: string, width: number, alpha: number, dash: number): void {
    this.look(this.lines, "", stroke, width, alpha, dash, 0).at.push(x1, y1, x2, y2);
  }

  box(x: number, y: number, w: number, h: number, fill: string, stroke: string, width: number, alpha: number, dash: number, radius: number, z = 0): void {
    this.look(this.boxes, fill, stroke, width, alpha, dash, radius, z).at.push(x, y, w, h);
  }

  /** `z`: 1 lies on what has 0. */
  rect(x: number, y: number, w: number, h: number, fill: string, alpha: number, z = 0): void {
    this.look(this.rects, fill, "", 0, alpha, 0, 0, z).at.push(x, y, w, h);
  }

  write(theme: Theme, face: Face, size: number, colour: string, alpha: number, words: string, x: number, y: number, right: boolean): void {
    const key = `${face}${size}${colour}${alpha}${right ? "r" : "l"}`;
    let writing = this.writings.get(key);
    if (writing === undefined) {
      writing = { font: font(theme, face, size), colour, alpha, right, words: [], at: [] };
      this.writings.set(key, writing);
    }
    writing.words.push(words);
    writing.at.push(x, y);
  }

  /** Draw all and forget it: lines below boxes below plain rectangles below texts. */
  flush(pen: Pen): void {
    for (const look of ordered(this.lines)) drawLines(pen, look);
    pen.setLineDash([]);
    for (const look of ordered(this.boxes)) drawBoxes(pen, look);
    pen.setLineDash([]);
    for (const look of ordered(this.rects)) {
      pen.globalAlpha = look.alpha;
      pen.fillStyle = look.fill;
      const at = look.at;
      for (let i = 0; i < at.length; i += 4) pen.fillRect(at[i] as number, at[i + 1] as number, at[i + 2] as number, at[i + 3] as number);
    }
    pen.textBaseline = "middle";
    for (const writing of this.writings.values()) drawWriting(pen, writing);
    pen.globalAlpha = 1;
    pen.textAlign = "left";
    this.lines = new Map();
    this.boxes = new Map();
    this.rects = new Map();
    this.writings = new Map();
  }
}

/** Which look came first depends on what is in view; what is drawn over what must not. */
function ordered(looks: ReadonlyMap<string, Look>): Look[] {
  return [...looks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, look]) => look);
}

/** Lines that are straight up, down or across and not dashed are rectangles: much cheaper without a GPU. */
function drawLines(pen: Pen, look: Look): void {
  const { at, width } = look;
  pen.globalAlpha = look.alpha;
  if (look.dash === 0) {
    pen.fillStyle = look.stroke;
    const half = width / 2;
    for (let i = 0; i < at.length; i += 4) {
      const x = Math.min(at[i] as number, at[i + 2] as number);
      const y = Math.min(at[i + 1] as number, at[i + 3] as number);
      const w = Math.abs((at[i + 2] as number) - (at[i] as number));
      const h = Math.abs((at[i + 3] as number) - (at[i + 1] as number));
      pen.fillRect(x - half, y - half, w + width, h + width);
    }
    return;
  }
  pen.setLineDash([look.dash, look.dash * 0.8]);
  pen.strokeStyle = look.stroke;
  pen.lineWidth = width;
  for (let i = 0; i < at.length; i += 4) {
    pen.beginPath();
    pen.moveTo(at[i] as number, at[i + 1] as number);
    pen.lineTo(at[i + 2] as number, at[i + 3] as number);
    pen.stroke();
  }
}

/** Corners smaller than this cannot be told from square ones, and square ones are much cheaper without a GPU. */
const ROUND = 3;

function drawSquare(pen: Pen, look: Look): void {
  const { at, width } = look;
  const half = width / 2;
  if (look.stroke !== "") {
    pen.fillStyle = look.stroke;
    for (let i = 0; i < at.length; i += 4) {
      const x = (at[i] as number) - half;
      const y = (at[i + 1] as number) - half;
      pen.fillRect(x, y, (at[i + 2] as number) + width, (at[i + 3] as number) + width);
    }
  }
  pen.fillStyle = look.fill;
  for (let i = 0; i < at.length; i += 4) {
    const x = (at[i] as number) + half;
    const y = (at[i + 1] as number) + half;
    pen.fillRect(x, y, Math.max(0, (at[i + 2] as number) - width), Math.max(0, (at[i + 3] as number) - width));
  }
}

/**
 * A filled box with a border, as two filled boxes: without a GPU that costs far less than stroking a curve.
 * Only where nothing shines through.
 */
export function bordered(pen: Pen, x: number, y: number, w: number, h: number, fill: string, stroke: string, width: number, radius: number): void {
  const half = width / 2;
  pen.fillStyle = stroke;
  pen.beginPath();
  pen.roundRect(x - half, y - half, w + width, h + width, radius + half);
  pen.fill();
  pen.fillStyle = fill;
  pen.beginPath();
  pen.roundRect(x + half, y + half, Math.max(0, w - width), Math.max(0, h - width), Math.max(0, radius - half));
  pen.fill();
}

function drawBoxes(pen: Pen, look: Look): void {
  const { at, radius } = look;
  pen.globalAlpha = look.alpha;
  if (radius < ROUND && look.fill !== "" && look.dash === 0 && look.alpha === 1) return drawSquare(pen, look);
  if (look.fill !== "" && look.stroke !== "" && look.dash === 0 && look.alpha === 1) {
    for (let i = 0; i < at.length; i += 4) {
      bordered(pen, at[i] as number, at[i + 1] as number, at[i + 2] as number, at[i + 3] as number, look.fill, look.stroke, look.width, radius);
    }
    return;
  }
  if (look.fill !== "") pen.fillStyle = look.fill;
  if (look.stroke !== "") {
    pen.strokeStyle = look.stroke;
    pen.lineWidth = look.width;
    pen.setLineDash(look.dash === 0 ? [] : [look.dash, look.dash * 0.8]);
  }
  for (let i = 0; i < at.length; i += 4) {
    pen.beginPath();
    pen.roundRect(at[i] as number, at[i + 1] as number, at[i + 2] as number, at[i + 3] as number, radius);
    if (look.fill !== "") pen.fill();
    if (look.stroke !== "") pen.stroke();
  }
}

function drawWriting(pen: Pen, writing: Writing): void {
  pen.globalAlpha = writing.alpha;
  pen.font = writing.font;
  pen.fillStyle = writing.colour;
  pen.textAlign = writing.right ? "right" : "left";
  const { words, at } = writing;
  for (let i = 0; i < words.length; i++) pen.fillText(words[i] as string, at[i * 2] as number, at[i * 2 + 1] as number);
}
