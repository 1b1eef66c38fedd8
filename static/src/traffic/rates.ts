/** Figures of traffic: what a sample's numbers are, how they are written, how wide a rail is for them. Pure. */

import { count } from "../words";

/** What passes a device, each a second, in the order of the frame `traffic`. */
export type Rates = readonly number[];

export const RX_PACKETS = 0;
export const TX_PACKETS = 1;
export const RX_BYTES = 2;
export const TX_BYTES = 3;

export const NOTHING: Rates = [0, 0, 0, 0, 0, 0, 0, 0];

/** Bytes a second, both ways. */
export function carried(rates: Rates): number {
  return (rates[RX_BYTES] ?? 0) + (rates[TX_BYTES] ?? 0);
}

/** Errors and drops a second, both ways. */
export function lost(rates: Rates): number {
  return rates.slice(4).reduce((sum, rate) => sum + rate, 0);
}

const UNITS = ["B/s", "kB/s", "MB/s", "GB/s", "TB/s"];

/** `1.2 MB/s`, with decimal prefixes: 1 kB is 1,000 bytes. */
export function amount(bytes: number, write: (value: number) => string = count): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${write(rounded(value))} ${UNITS[unit]}`;
}

/** Two digits are enough for what changes every second. */
export function rounded(value: number): number {
  return value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value);
}

/** CSS pixels of a rail that carries so many bytes a second: a step more for each tenfold; 0 below a kilobyte. */
export function widthOf(bytes: number): number {
  return bytes < 1000 ? 0 : Math.min(6.25, 1.75 + 0.75 * Math.log10(bytes / 1000));
}

/** Microseconds as people read them: `85 µs`, `1.2 ms`. */
export function latency(us: number, write: (value: number) => string = count): string {
  return us < 999.5 ? `${write(Math.round(us))} µs` : `${write(rounded(us / 1000))} ms`;
}
