/** What the painter draws with: the part of a canvas context that it needs, so that a picture can also become SVG. */

export type Pen = Pick<
  CanvasRenderingContext2D,
  | "fillStyle" | "strokeStyle" | "lineWidth" | "font" | "globalAlpha" | "textAlign" | "textBaseline" | "beginPath"
  | "moveTo" | "lineTo" | "roundRect" | "arc" | "closePath" | "fill" | "stroke" | "fillText" | "fillRect" | "setLineDash"
>;

/** Mix two `#rrggbb` colours: `share` of the first over the second. Others are given back as they are. */
export function mix(over: string, under: string, share: number): string {
  const a = parse(over);
  const b = parse(under);
  if (a === null || b === null) return over;
  let result = "#";
  for (let at = 0; at < 3; at++) {
    const value = Math.round((a[at] as number) * share + (b[at] as number) * (1 - share));
    result += value.toString(16).padStart(2, "0");
  }
  return result;
}

function parse(colour: string): number[] | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  return match === null ? null : [1, 2, 3].map((at) => parseInt(match[at] as string, 16));
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function escapeXml(words: string): string {
  return words.replace(/[&<>"']/g, (letter) => ESCAPES[letter] as string);
}

/** Two decimals are finer than any screen, and keep the file small. */
function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Writes what is drawn as SVG elements. */
export class SvgPen implements Pen {
  fillStyle: string | CanvasGradient | CanvasPattern = "#000";
  strokeStyle: string | CanvasGradient | CanvasPattern = "#000";
  lineWidth = 1;
  font = "12px sans-serif";
  globalAlpha = 1;
  textAlign: CanvasTextAlign = "left";
  textBaseline: CanvasTextBaseline = "alphabetic";
  private dash = "";
  private path = "";
  private readonly parts: string[] = [];

  setLineDash(segments: Iterable<number>): void {
    this.dash = [...segments].map(round).join(" ");
  }

  beginPath(): void {
    this.path = "";
  }

  closePath(): void {
    this.path += "Z";
  }

  moveTo(x: number, y: number): void {
    this.path += `M${round(x)} ${round(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.path += `L${round(x)} ${round(y)}`;
  }

  roundRect(x: number, y: number, w: number, h: number, radii?: unknown): void {
    const r = Math.min(typeof radii === "number" ? radii : 0, w / 2, h / 2);
    const [R, W, H] = [round(r), round(w - 2 * r), round(h - 2 * r)];
    const arc = (dx: string, dy: string): string => `a${R} ${R} 0 0 1 ${dx} ${dy}`;
    this.path +=
      `M${round(x + r)} ${round(y)}h${W}${arc(R, R)}v${H}${arc(`-${R}`, R)}h-${W}${arc(`-${R}`, `-${R}`)}v-${H}${arc(R, `-${R}`)}Z`;
  }

  /** Whole circles only: the painter draws no other arcs. */
  arc(x: number, y: number, radius: number): void {
    const r = round(radius);
    this.path += `M${round(x - radius)} ${round(y)}a${r} ${r} 0 1 0 ${round(radius * 2)} 0a${r} ${r} 0 1 0 ${round(-radius * 2)} 0Z`;
  }

  private alpha(): string {
    return this.globalAlpha === 1 ? "" : ` opacity="${round(this.globalAlpha)}"`;
  }

  fill(): void {
    this.parts.push(`<path d="${this.path}" fill="${escapeXml(String(this.fillStyle))}"${this.alpha()}/>`);
  }

  stroke(): void {
    const dash = this.dash === "" ? "" : ` stroke-dasharray="${this.dash}"`;
    const colour = escapeXml(String(this.strokeStyle));
    this.parts.push(
      `<path d="${this.path}" fill="none" stroke="${colour}" stroke-width="${round(this.lineWidth)}"${dash}${this.alpha()}/>`,
    );
  }

  fillRect(x: number, y: number, w: number, h: number): void {
    const colour = escapeXml(String(this.fillStyle));
    this.parts.push(`<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" fill="${colour}"${this.alpha()}/>`);
  }

  fillText(words: string, x: number, y: number): void {
    const match = /^(?:(\d+) )?([\d.]+)px (.*)$/.exec(this.font);
    const weight = match?.[1] === undefined ? "" : ` font-weight="${match[1]}"`;
    const anchor = this.textAlign === "right" ? ' text-anchor="end"' : this.textAlign === "center" ? ' text-anchor="middle"' : "";
    const size = Number(match?.[2] ?? 12);
    const base = this.textBaseline === "middle" ? y + size * 0.35 : y;
    this.parts.push(
      `<text x="${round(x)}" y="${round(base)}" font-size="${size}" font-family="${escapeXml(match?.[3] ?? "sans-serif")}"` +
        `${weight}${anchor} fill="${escapeXml(String(this.fillStyle))}"${this.alpha()} xml:space="preserve">${escapeXml(words)}</text>`,
    );
  }

  /** The whole picture. */
  document(width: number, height: number, title: string): string {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
      `<title>${escapeXml(title)}</title>${this.parts.join("")}</svg>`
    );
  }
}
