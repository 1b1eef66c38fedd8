/** IP arithmetic for the filter and the palette. Addresses are BigInt, with a family. Pure. */

export interface Prefix {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly length: number;
}

function parse4(word: string): bigint | null {
  const parts = word.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    value = value * 256n + BigInt(part);
  }
  return value;
}

function parse6(word: string): bigint | null {
  if (!/^[0-9a-f:.]+$/i.test(word) || !word.includes(":")) return null;
  const halves = word.split("::");
  if (halves.length > 2) return null;
  const groups = (half: string): number[] | null => {
    if (half === "") return [];
    const found: number[] = [];
    for (const part of half.split(":")) {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return null;
      found.push(parseInt(part, 16));
    }
    return found;
  };
  const head = groups(halves[0] ?? "");
  const tail = groups(halves[1] ?? "");
  if (!head || !tail) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  return [...head, ...Array<number>(missing).fill(0), ...tail].reduce((sum, group) => sum * 65536n + BigInt(group), 0n);
}

/** `10.0.0.0/24`, `10.0.0.7`, `fd00::/64`; null for anything else. */
export function parsePrefix(word: string): Prefix | null {
  const [address = "", length, ...rest] = word.split("/");
  if (rest.length > 0) return null;
  const four = parse4(address);
  const value = four ?? parse6(address);
  if (value === null) return null;
  const bits = four !== null ? 32 : 128;
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || Number(length) > bits)) return null;
  return { family: four !== null ? 4 : 6, value, length: length === undefined ? bits : Number(length) };
}

function bitsOf(prefix: Prefix): number {
  return prefix.family === 4 ? 32 : 128;
}

/** Whether `inner`'s address (its prefix length is not asked) lies in `outer`. */
export function holds(outer: Prefix, inner: Prefix): boolean {
  if (outer.family !== inner.family) return false;
  const shift = BigInt(bitsOf(outer) - outer.length);
  return outer.value >> shift === inner.value >> shift;
}

/** How many addresses a prefix has, as far as a number can tell it exactly. */
export function sizeOf(prefix: Prefix): number {
  return Number(1n << BigInt(Math.min(bitsOf(prefix) - prefix.length, 53)));
}

/** The address at a distance from the start of the prefix, in text. */
export function addressAt(prefix: Prefix, offset: number): string {
  const shift = BigInt(bitsOf(prefix) - prefix.length);
  const value = ((prefix.value >> shift) << shift) + BigInt(offset);
  if (prefix.family === 4) return [24n, 16n, 8n, 0n].map((by) => String((value >> by) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt((7 - index) * 16)) & 65535n).toString(16));
  return groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::");
}
