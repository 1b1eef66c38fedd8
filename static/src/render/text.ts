/** Names as they may be drawn, and texts cut to the room they have. Everything measured once. */

import type { Theme } from "./theme";

// Controls, line and paragraph separators, bidi marks and overrides, zero-width and tag characters, surrogates alone.
const HOSTILE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\uffff]|[\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;
// Marks that stack: more than three on one letter are drawn over the neighbours.
const STACKED = /(\p{M}{3})\p{M}+/gu;
const PLAIN = /^[\x20-\x7e]*$/;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const LONGEST = 200;
/** A number, or a few letters after a separator, at the end of a name. */
const TAIL = /[-_.]?[0-9]{1,3}$|[-_.][A-Za-z0-9]{1,2}$/;

/**
 * A name as it may be drawn: on one line, without characters that reorder, hide or overlap. Right-to-left letters stay,
 * but keep to themselves (isolated), so that what stands beside them is not reordered.
 */
export function clean(name: string): string {
  if (name.length <= LONGEST && PLAIN.test(name)) return name;
  const shown = name.slice(0, LONGEST).replace(HOSTILE, "").replace(STACKED, "$1").trim();
  const whole = name.length > LONGEST ? `${shown}…` : shown;
  if (whole === "") return "·";
  return RIGHT_TO_LEFT.test(whole) ? `\u2068${whole}\u2069` : whole;
}

export type Face = "sans" | "bold" | "mono";

/** The font string of a face at a size in CSS pixels. */
export function font(theme: Theme, face: Face, size: number): string {
  return face === "bold" ? `600 ${size}px ${theme.sans}` : `${size}px ${face === "mono" ? theme.mono : theme.sans}`;
}

/** Tells how wide a text is at 12 px. */
export type Ruler = (face: Face, words: string) => number;

const BASE = 12;

/** The ruler of a canvas. */
export function rulerOf(pen: CanvasRenderingContext2D, theme: Theme): Ruler {
  let last = "";
  return (face, words) => {
    const wanted = font(theme, face, BASE);
    if (last !== wanted || pen.font !== wanted) pen.font = wanted;
    last = wanted;
    return pen.measureText(words).width;
  };
}
const KEEP = 20000;

/** What is measured letter by letter: letters stand beside each other, whatever stands before them. */
const LETTERS = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("");
/** Sizes of names in a board that is wholly in view, in CSS pixels. */
const COMMON = [9.5, 10, 10.5, 11, 11.5, 12, 12.5];
const FACES: readonly Face[] = ["sans", "bold", "mono"];

export class Texts {
  private readonly widths: Record<Face, Map<string, number>> = { sans: new Map(), bold: new Map(), mono: new Map() };
  private readonly cuts = new Map<string, string>();
  /** Advance of each letter of LETTERS, by face. */
  private advances: Partial<Record<Face, Float64Array>> = {};

  constructor(private ruler: Ruler) {}

  /** The fonts changed: measure anew. */
  reset(ruler: Ruler): void {
    this.ruler = ruler;
    for (const map of Object.values(this.widths)) map.clear();
    this.cuts.clear();
    this.advances = {};
  }

  /**
   * Measure the letters now, rather than when the first names are to be drawn. Gives the fonts that names are written in
   * while everything is in view, on a screen of so many pixels per CSS pixel.
   */
  warm(theme: Theme, ratio: number): string[] {
    for (const face of FACES) this.letters(face);
    return FACES.flatMap((face) => COMMON.map((size) => font(theme, face, size * ratio)));
  }

  private letters(face: Face): Float64Array {
    return (this.advances[face] ??= Float64Array.from(LETTERS, (letter) => this.ruler(face, letter)));
  }

  /** Width at 12 px: of plain letters as their sum, a hair more than it is where pairs of them are kerned. */
  private measure(face: Face, words: string): number {
    if (!PLAIN.test(words)) return this.ruler(face, words);
    const advances = this.letters(face);
    let width = 0;
    for (let at = 0; at < words.length; at++) width += advances[words.charCodeAt(at) - 32] as number;
    return width;
  }

  /** Width in pixels at a size. */
  width(face: Face, size: number, words: string): number {
    const map = this.widths[face];
    let width = map.get(words);
    if (width === undefined) {
      if (map.size > KEEP) map.clear();
      width = this.measure(face, words);
      map.set(words, width);
    }
    return (width * size) / BASE;
  }

  /** The text, or as much of it as fits into `room` pixels with an ellipsis; empty if not even two letters do. */
  fit(face: Face, size: number, words: string, room: number): string {
    const width = this.width(face, size, words);
    if (width <= room) return words;
    if (room < size * 1.1) return "";
    const step = Math.floor((room / size) * 4);
    const key = `${face}${step} ${words}`;
    let cut = this.cuts.get(key);
    if (cut === undefined) {
      if (this.cuts.size > KEEP) this.cuts.clear();
      cut = this.cut(face, words, (step / 4) * BASE);
      this.cuts.set(key, cut);
    }
    return cut;
  }

  /**
   * A name in little room: first without the project that all its neighbours share, then without its middle, because
   * what tells `worker-1` from `worker-2` stands at the end.
   */
  fitName(face: Face, size: number, name: string, project: string, room: number): string {
    if (this.width(face, size, name) <= room) return name;
    const own = project !== "" && name.startsWith(project) ? name.slice(project.length).replace(/^[-_.]/, "") : name;
    const shown = own === "" ? name : own;
    if (this.width(face, size, shown) <= room) return shown;
    const tail = TAIL.exec(shown)?.[0] ?? "";
    if (tail === "") return this.fit(face, size, shown, room);
    const head = this.fit(face, size, shown.slice(0, -tail.length), room - this.width(face, size, tail));
    // Fewer than three letters would say less than the beginning alone.
    return head.length < 4 ? this.fit(face, size, shown, room) : `${head}${tail}`;
  }

  private cut(face: Face, words: string, room: number): string {
    const letters = [...words];
    // The ellipsis is no plain letter: it is measured once, the rest summed up.
    const rest = room - this.width(face, BASE, "…");
    let low = 0;
    let high = letters.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.measure(face, letters.slice(0, middle).join("")) <= rest) low = middle;
      else high = middle - 1;
    }
    return low < 2 ? "" : `${letters.slice(0, low).join("").trimEnd()}…`;
  }
}

/** The part of an address that differs within its network: `.4` of `172.20.0.4/24`, `.3.4` of a /16. */
export function short(address: string): string {
  const slash = address.indexOf("/");
  const plain = slash < 0 ? address : address.slice(0, slash);
  const prefix = slash < 0 ? 24 : Number(address.slice(slash + 1));
  const colon = plain.lastIndexOf(":");
  if (colon >= 0) return `:${plain.slice(colon)}`;
  const parts = plain.split(".");
  return parts.length < 4 || prefix < 8 ? plain : `.${parts.slice(Math.min(3, Math.floor(prefix / 8))).join(".")}`;
}
