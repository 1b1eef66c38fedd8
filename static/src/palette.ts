/** The one box to find and filter: what is typed dims the rest of the board, and the list below leads to single things. */

import { aside, glyph, hostName, kindWord, nameOf } from "./describe";
import { h, named } from "./dom";
import { find } from "./finder";
import { parse } from "./filter";
import type { GraphView } from "./model";
import { t } from "./words";

const SHOWN = 12;

export interface PaletteEvents {
  /** The filter while it is typed; `done` when it is meant to stay. */
  filter(input: string, done: boolean): void;
  go(id: string): void;
}

export class Palette {
  private hits: string[] = [];
  private active = -1;
  private timer = 0;

  constructor(
    private readonly input: HTMLInputElement,
    private readonly list: HTMLElement,
    private readonly note: HTMLElement,
    private readonly graph: GraphView,
    private readonly events: PaletteEvents,
  ) {
    input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.typed(), 60);
    });
    input.addEventListener("focus", () => this.suggest());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => window.setTimeout(() => this.close(), 150));
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const id = (event.target as Element).closest<HTMLElement>("[data-node]")?.dataset["node"];
      if (id) this.choose(id);
    });
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  /** Show a filter that came from elsewhere (a link, back and forward). */
  set(input: string): void {
    if (this.input.value !== input) this.input.value = input;
    this.tell();
  }

  /** Say in words how many match, or what is not understood. */
  tell(hits: number | null = null): void {
    const error = parse(this.input.value).errors[0];
    if (error) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    this.note.textContent = error ? t(error.code, { word: error.word }) : hits === null ? "" : hits === 0 ? t("filter_nothing") : t("filter_hits", { n: hits });
    this.note.classList.toggle("wrong", error !== undefined || hits === 0);
  }

  private typed(): void {
    this.events.filter(this.input.value, false);
    this.suggest();
  }

  private suggest(): void {
    const hits = find(this.graph, this.input.value, SHOWN);
    this.hits = hits.map((hit) => hit.node.id);
    this.active = -1;
    this.list.replaceChildren(...hits.map(({ node, by }, index) => h("li", { role: "option", id: `hit-${index}`, "data-node": node.id, "aria-selected": "false" },
      glyph(node), " ", named(nameOf(node), 60), " ", h("small", { class: "quiet" }, named([by, kindWord(node), hostName(this.graph, node), by ? "" : aside(this.graph, node)].filter(Boolean).join(" · "), 90)))));
    this.show(hits.length > 0 && document.activeElement === this.input);
  }

  private show(open: boolean): void {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.input.removeAttribute("aria-activedescendant");
  }

  private close(): void {
    this.show(false);
  }

  private move(by: number): void {
    const options = [...this.list.children];
    if (options.length === 0) return;
    options[this.active]?.setAttribute("aria-selected", "false");
    this.active = (this.active + by + (this.active < 0 && by < 0 ? 1 : 0) + options.length) % options.length;
    const option = options[this.active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
  }

  private choose(id: string): void {
    this.input.value = "";
    this.events.filter("", true);
    this.close();
    this.events.go(id);
  }

  private key(event: KeyboardEvent): void {
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (this.list.hidden) this.suggest();
        this.move(event.key === "ArrowDown" ? 1 : -1);
        break;
      case "Enter": {
        clearTimeout(this.timer);
        const id = this.hits[this.active];
        if (id !== undefined && !this.list.hidden) this.choose(id);
        else {
          this.events.filter(this.input.value, true);
          this.close();
        }
        break;
      }
      case "Escape":
        if (!this.list.hidden) this.close();
        else {
          this.input.value = "";
          this.events.filter("", true);
        }
        break;
      default:
        return;
    }
    event.preventDefault();
  }
}
