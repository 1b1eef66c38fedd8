/** What people read. The server fills the words in the person's language; `boards/words.py` is where they are written. */

import type { Json } from "./wire";

type Params = Readonly<Record<string, Json | undefined>>;

let words: Readonly<Record<string, string>> = {};
let plural = new Intl.PluralRules("en");
let clock = new Intl.DateTimeFormat("en");
let day = new Intl.DateTimeFormat("en");
let digits = new Intl.NumberFormat("en");

/** Read the page's block of words. */
export function load(block: HTMLElement, language: string): void {
  words = JSON.parse(block.textContent ?? "{}") as Record<string, string>;
  plural = new Intl.PluralRules(language);
  clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  digits = new Intl.NumberFormat(language);
}

function fill(pattern: string, params: Params): string {
  return pattern.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = params[key];
    if (typeof value === "number") return digits.format(value);
    return value === undefined || value === null ? "?" : typeof value === "object" ? JSON.stringify(value) : String(value);
  });
}

/** The word or sentence for a key. */
export function t(key: string, params: Params = {}): string {
  return fill(words[key] ?? key, params);
}

/** Whether there is a word for this key. */
export function has(key: string): boolean {
  return key in words;
}

/** A count with its noun: `containers` has the words `containers_one` and `containers_other`. */
export function n(key: string, count: number): string {
  const form = plural.select(count) === "one" ? "one" : "other";
  return t(`${key}_${form}`, { n: count });
}

/** The sentence for a code with its parameters; an unknown code is shown as it is. */
export function sentence(code: string, params: Params = {}): string {
  return has(`code_${code}`) ? t(`code_${code}`, params) : code;
}

/** A time of today as a clock, an older one with its day. */
export function time(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return Date.now() - date.getTime() < 20 * 3600_000 ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`;
}

export function count(value: number): string {
  return digits.format(value);
}
