/** Making elements. Text always goes in as text, never as markup: names come from strangers. */

type Child = globalThis.Node | string | null | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void) | undefined>>;

/** An element; attributes that are functions are listeners (`onclick`), false and undefined are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) element.setAttribute(key, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(element: Element, children: readonly Child[]): void {
  for (const child of children) if (child) element.append(child);
}

/** An element of the page that must be there. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

/** Characters that would move, hide or break other text: controls, line breaks, marks of direction. */
const UNRULY = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A name that stays in its place: unruly characters become visible, the rest is cut at a length. */
export function tame(name: string, length = 300): string {
  const clean = name.replace(UNRULY, "\u00b7");
  return clean.length > length ? `${clean.slice(0, length - 1)}\u2026` : clean;
}

/** A name of a stranger, isolated from the direction of what stands around it. */
export function named(name: string, length = 300): HTMLElement {
  return h("bdi", {}, tame(name, length));
}

/** Call back once the next frame has been painted: what need not be in it must not delay it. */
export function afterPaint(then: () => void): number {
  return requestAnimationFrame(() => setTimeout(then));
}
