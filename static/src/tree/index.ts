/**
 * The same nodes as on the canvas, as a tree in the DOM: everything can be found and chosen by keyboard and heard.
 *
 * Only the rows in view exist (and the one that has or would get the focus), so 10,000 nodes cost no more than 30.
 */

import { aside, glyph, kindWord, nameOf } from "../describe";
import { afterPaint, h, named } from "../dom";
import type { GraphView } from "../model";
import type { Node } from "../wire";
import { flatten, group, path, type Row } from "./rows";

const ROW = 28;
const SPARE = 6;

export interface TreeEvents {
  select(id: string, add: boolean): void;
  /** Enter on a row: select it and go to its details. */
  enter(id: string): void;
}

export class Tree {
  private readonly open = new Set<string>();
  private readonly known = new Set<string>();
  private readonly inner: HTMLElement;
  private groups: Map<string | null, Node[]> = new Map();
  private rows: Row[] = [];
  private at = new Map<string, number>();
  private elements = new Map<string, HTMLElement>();
  private only: ReadonlySet<string> | null = null;
  private selected: ReadonlySet<string> = new Set();
  private active = "";
  private typed = "";
  private typedAt = 0;
  private version = -1;
  private frame = 0;

  constructor(private readonly pane: HTMLElement, private readonly graph: GraphView, label: string, private readonly events: TreeEvents) {
    this.inner = h("div", { role: "tree", "aria-label": label, "aria-multiselectable": "true", class: "tree" });
    pane.replaceChildren(this.inner);
    pane.addEventListener("scroll", () => this.later(), { passive: true });
    new ResizeObserver(() => this.later()).observe(pane);
    this.inner.addEventListener("keydown", (event) => this.key(event));
    this.inner.addEventListener("click", (event) => this.click(event));
  }

  /** The graph changed, or what is shown of it. */
  update(only: ReadonlySet<string> | null): void {
    this.only = only;
    this.version = -1;
    if (!this.frame) this.frame = afterPaint(() => { this.frame = 0; this.draw(); });
  }

  /** Follow a selection made elsewhere: open the way to it and bring it into view. */
  select(ids: ReadonlySet<string>, reveal: boolean): void {
    this.selected = ids;
    const first = [...ids][0];
    if (first !== undefined && reveal) {
      this.active = first;
      for (const id of path(this.graph, first).slice(0, -1)) this.open.add(id);
      this.refresh();
      this.bring(first);
    }
    this.later();
  }

  focus(): void {
    this.draw();
    this.elements.get(this.active)?.focus();
  }

  private later(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  private refresh(): void {
    if (this.version !== this.graph.version) {
      this.groups = group(this.graph);
      this.version = this.graph.version;
      const tops = this.groups.get(null) ?? [];
      for (const node of tops) {
        if (!this.known.has(node.id) && tops.length <= 4) this.open.add(node.id);
        this.known.add(node.id);
      }
    }
    this.rows = flatten(this.groups, this.open, this.only);
    this.at = new Map(this.rows.map((row, index) => [row.id, index]));
    if (!this.at.has(this.active)) this.active = this.rows[0]?.id ?? "";
  }

  private draw(): void {
    this.refresh();
    const had = this.inner.contains(document.activeElement);
    const first = Math.max(0, Math.floor(this.pane.scrollTop / ROW) - SPARE);
    const last = Math.min(this.rows.length, Math.ceil((this.pane.scrollTop + this.pane.clientHeight) / ROW) + SPARE);
    const wanted = this.rows.slice(first, last);
    const place = this.at.get(this.active);
    const active = place === undefined ? undefined : this.rows[place];
    if (active && place !== undefined && (place < first || place >= last)) wanted.push(active);
    const keep = new Set(wanted.map((row) => row.id));
    for (const [id, element] of this.elements) {
      if (keep.has(id)) continue;
      element.remove();
      this.elements.delete(id);
    }
    this.inner.style.height = `${this.rows.length * ROW}px`;
    for (const row of wanted) this.put(row);
    if (had && !this.inner.contains(document.activeElement)) this.elements.get(this.active)?.focus({ preventScroll: true });
  }

  private put(row: Row): void {
    const node = this.graph.nodes.get(row.id);
    if (!node) return;
    let element = this.elements.get(row.id);
    if (!element) {
      element = h("div", { role: "treeitem", class: "row", "data-id": row.id });
      this.elements.set(row.id, element);
      this.inner.append(element);
    }
    const told = aside(this.graph, node);
    const stamp = `${row.level},${row.children},${row.open},${node.state},${node.warnings.length},${node.name},${told}`;
    if (element.dataset["stamp"] !== stamp) {
      element.dataset["stamp"] = stamp;
      element.dataset["level"] = String(Math.min(row.level, 6));
      element.replaceChildren(h("span", { class: "twist", "aria-hidden": "true" }, row.children ? (row.open ? "▾" : "▸") : ""), glyph(node), " ",
        named(nameOf(node), 80), h("span", { class: "sr" }, `, ${kindWord(node)}, `), h("small", { class: "quiet" }, named(told, 80)));
      if (row.children) element.setAttribute("aria-expanded", String(row.open));
      else element.removeAttribute("aria-expanded");
    }
    element.setAttribute("aria-level", String(row.level));
    element.setAttribute("aria-posinset", String(row.place));
    element.setAttribute("aria-setsize", String(row.of));
    element.setAttribute("aria-selected", String(this.selected.has(row.id)));
    element.tabIndex = row.id === this.active ? 0 : -1;
    element.style.transform = `translateY(${(this.at.get(row.id) ?? 0) * ROW}px)`;
  }

  private click(event: MouseEvent): void {
    const element = (event.target as Element).closest<HTMLElement>("[data-id]");
    const id = element?.dataset["id"];
    if (!id) return;
    this.active = id;
    if ((event.target as Element).closest(".twist")) this.toggle(id, !this.open.has(id));
    else this.events.select(id, event.ctrlKey || event.metaKey || event.shiftKey);
    this.move(id);
  }

  private toggle(id: string, open: boolean): void {
    if (open) this.open.add(id);
    else this.open.delete(id);
    this.draw();
  }

  private move(id: string | undefined): void {
    if (id === undefined) return;
    this.active = id;
    this.bring(id);
    this.draw();
    this.elements.get(id)?.focus({ preventScroll: true });
  }

  private bring(id: string): void {
    const index = this.at.get(id);
    if (index === undefined) return;
    this.inner.style.height = `${this.rows.length * ROW}px`;
    const top = index * ROW;
    if (top < this.pane.scrollTop) this.pane.scrollTop = top;
    else if (top + ROW > this.pane.scrollTop + this.pane.clientHeight) this.pane.scrollTop = top + ROW - this.pane.clientHeight;
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey || (event.ctrlKey && event.key !== " ")) return;
    const index = this.at.get(this.active) ?? 0;
    const row = this.rows[index];
    if (!row) return;
    const page = Math.max(1, Math.floor(this.pane.clientHeight / ROW) - 1);
    const go = (to: number): void => this.move(this.rows[Math.max(0, Math.min(this.rows.length - 1, to))]?.id);
    switch (event.key) {
      case "ArrowDown": go(index + 1); break;
      case "ArrowUp": go(index - 1); break;
      case "PageDown": go(index + page); break;
      case "PageUp": go(index - page); break;
      case "Home": go(0); break;
      case "End": go(this.rows.length - 1); break;
      case "ArrowRight": if (row.children && !row.open) this.toggle(row.id, true); else if (row.children) go(index + 1); break;
      case "ArrowLeft": if (row.open && this.only === null) this.toggle(row.id, false); else if (row.parent !== null) this.move(row.parent); break;
      case "*": for (const item of this.rows) if (item.parent === row.parent && item.children) this.open.add(item.id); this.draw(); break;
      case " ": this.events.select(row.id, event.ctrlKey || event.shiftKey); break;
      case "Enter": this.events.enter(row.id); break;
      default:
        if (event.key.length !== 1 || event.key === "/" || event.key === "?") return;
        this.type(event.key, index);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Letters go to the next row whose name begins with them. */
  private type(letter: string, index: number): void {
    const now = performance.now();
    this.typed = now - this.typedAt > 700 ? letter : this.typed + letter;
    this.typedAt = now;
    const wanted = this.typed.toLowerCase();
    const start = this.typed.length > 1 ? index : index + 1;
    for (let step = 0; step < this.rows.length; step += 1) {
      const row = this.rows[(start + step) % this.rows.length];
      const node = row && this.graph.nodes.get(row.id);
      if (node && nameOf(node).toLowerCase().startsWith(wanted)) return this.move(node.id);
    }
    if (this.typed.length > 1) {
      this.typed = "";
      this.type(letter, index);
    }
  }
}
