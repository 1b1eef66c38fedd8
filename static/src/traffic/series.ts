/** The past of one device, and the line that is drawn of it. Pure. */

/** Milliseconds that a line shows at most, and at least. */
const LONGEST = 300_000;
const SHORTEST = 60_000;
const MOST = 400;

export interface Past {
  readonly at: readonly string[];
  readonly items: readonly { readonly device: string; readonly rx_bytes: readonly number[]; readonly tx_bytes: readonly number[] }[];
}

export class Series {
  readonly at: number[] = [];
  readonly received: number[] = [];
  readonly sent: number[] = [];

  /** A sample; one that is not newer than the last is known already. */
  push(at: number, received: number, sent: number): void {
    const last = this.at[this.at.length - 1];
    if (Number.isNaN(at) || (last !== undefined && at <= last)) return;
    this.at.push(at);
    this.received.push(received);
    this.sent.push(sent);
    if (this.at.length > MOST) for (const list of [this.at, this.received, this.sent]) list.shift();
  }

  /** Put what the server kept before what came since. */
  recall(past: Past, device: string): void {
    const known = past.items.find((item) => item.device === device);
    const mine = { at: [...this.at], received: [...this.received], sent: [...this.sent] };
    for (const list of [this.at, this.received, this.sent]) list.length = 0;
    past.at.forEach((at, index) => this.push(Date.parse(at), known?.rx_bytes[index] ?? 0, known?.tx_bytes[index] ?? 0));
    mine.at.forEach((at, index) => this.push(at, mine.received[index] ?? 0, mine.sent[index] ?? 0));
  }
}

/** The path of an SVG line over the last minutes (up to five), the highest value at the top. `top`: what that value is. */
export function line(at: readonly number[], values: readonly number[], top: number, width: number, height: number): string {
  const points: string[] = [];
  const now = at[at.length - 1] ?? 0;
  const shown = Math.min(LONGEST, Math.max(SHORTEST, now - (at[0] ?? now)));
  at.forEach((moment, index) => {
    const x = width * (1 - (now - moment) / shown);
    if (x >= 0) points.push(`${x.toFixed(1)} ${(height - (height - 1) * Math.min(1, (values[index] ?? 0) / top)).toFixed(1)}`);
  });
  return points.length > 1 ? `M${points.join("L")}` : "";
}
