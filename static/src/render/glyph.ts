/** Status as a shape and a colour: nobody has to tell colours apart. */

import type { Fault } from "../layout/collect";
import type { Node } from "../wire";
import type { Pen } from "./pen";
import type { Theme } from "./theme";

export type Glyph = "dot" | "triangle" | "cross" | "bars" | "square" | "question";

/** The shape for a node: ● up, ▲ warns, ✕ broken, ‖ paused, ▢ stopped, ? unknown. */
export function glyphOf(node: Node | null, fault: Fault): Glyph {
  if (fault === 2) return "cross";
  if (fault === 1) return "triangle";
  switch (node?.state) {
    case "paused":
      return "bars";
    case "stopped":
    case "down":
      return "square";
    case "unknown":
      return "question";
    default:
      return "dot";
  }
}

export function colourOf(glyph: Glyph, theme: Theme): string {
  switch (glyph) {
    case "dot":
      return theme.good;
    case "cross":
      return theme.bad;
    case "triangle":
    case "question":
      return theme.warn;
    default:
      return theme.dim;
  }
}

/** Draw a glyph around a point; `r` is half its size in pixels. */
export function drawGlyph(pen: Pen, glyph: Glyph, x: number, y: number, r: number, colour: string): void {
  pen.fillStyle = colour;
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1.4, r * 0.5);
  pen.beginPath();
  switch (glyph) {
    case "dot":
      pen.arc(x, y, r * 0.85, 0, Math.PI * 2);
      pen.fill();
      return;
    case "triangle":
      pen.moveTo(x, y - r * 1.1);
      pen.lineTo(x + r * 1.15, y + r * 0.9);
      pen.lineTo(x - r * 1.15, y + r * 0.9);
      pen.closePath();
      pen.fill();
      return;
    case "cross":
      pen.moveTo(x - r * 0.8, y - r * 0.8);
      pen.lineTo(x + r * 0.8, y + r * 0.8);
      pen.moveTo(x + r * 0.8, y - r * 0.8);
      pen.lineTo(x - r * 0.8, y + r * 0.8);
      break;
    case "bars":
      pen.moveTo(x - r * 0.5, y - r * 0.8);
      pen.lineTo(x - r * 0.5, y + r * 0.8);
      pen.moveTo(x + r * 0.5, y - r * 0.8);
      pen.lineTo(x + r * 0.5, y + r * 0.8);
      break;
    case "square":
      pen.lineWidth = 1.2;
      pen.roundRect(x - r * 0.75, y - r * 0.75, r * 1.5, r * 1.5, 1);
      break;
    case "question":
      pen.moveTo(x - r * 0.6, y - r * 0.5);
      pen.lineTo(x, y - r);
      pen.lineTo(x + r * 0.6, y - r * 0.5);
      pen.lineTo(x, y + r * 0.15);
      pen.moveTo(x, y + r * 0.7);
      pen.lineTo(x, y + r);
      break;
  }
  pen.stroke();
}
