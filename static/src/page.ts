/** What happens when: the one place where the parts of the board's page meet. */

import { kindWord, nameOf } from "./describe";
import { afterPaint, byId } from "./dom";
import { exportAs } from "./export";
import { Feed } from "./feed";
import { parse, select } from "./filter";
import { Inspector } from "./inspector/index";
import type { Camera, Mark, Renderer } from "./model";
import { Palette } from "./palette";
import { Plan } from "./plan/index";
import { createRenderer } from "./render/index";
import { Probes } from "./traffic/probes";
import { Shortcuts, type Action } from "./shortcuts";
import { Socket } from "./socket";
import { Status } from "./status";
import { Store } from "./store";
import { Tree } from "./tree/index";
import { path } from "./tree/rows";
import { EMPTY, History, type View } from "./view";
import type { ServerFrame } from "./wire";
import { t } from "./words";
import { rendererWords } from "./board_words";

/** Height of the tools on the board, in CSS pixels. */
const TOOLS = 36;

type Pane = "board" | "tree" | "inspector" | "feed";

export class Page {
  private readonly store = new Store();
  private readonly body = byId("board");
  private readonly canvas = byId<HTMLCanvasElement>("canvas");
  private readonly renderer: Renderer;
  private readonly tree: Tree;
  private readonly inspector: Inspector;
  private readonly palette: Palette;
  private readonly feed: Feed;
  private readonly plan: Plan;
  private readonly probes: Probes;
  private socket: Socket | null = null;
  private readonly status = new Status(this.store);
  private readonly history = new History((view) => this.restore(view));
  private readonly shortcuts: Shortcuts;
  private fresh: ReadonlyMap<string, Mark> = new Map();
  private impact: ReadonlyMap<string, Mark> = new Map();
  private shown: ReadonlySet<string> | null = null;
  private moving = false;
  private known = false;
  private build = "";
  private drawing = 0;

  constructor() {
    this.renderer = createRenderer(this.canvas, {
      onSelect: (id, add) => this.select(id, add),
      onHover: (id) => this.hover(id),
      onFold: (id) => this.fold(id),
      onCamera: (camera) => this.moved(camera),
    }, { words: rendererWords(), below: TOOLS });
    this.probes = new Probes(this.store, this.renderer, this.body, this.canvas, {
      watch: (hosts) => this.socket?.watchTraffic(hosts),
      go: (id) => this.go(id, true),
      say: (words) => this.say(words),
    });
    this.tree = new Tree(byId("tree"), this.store, t("tree"), { select: (id, add) => this.select(id, add), enter: (id) => this.details(id) });
    this.inspector = new Inspector(byId("inspector"), this.store, {
      operate: this.body.dataset["operate"] ?? "",
      go: (id) => this.go(id, true),
      center: (id) => this.center(id),
      link: () => this.history.link(),
      impact: (node, hit) => this.hit(node, hit),
      say: (words) => this.say(words),
      more: (node) => this.probes.details(node),
    });
    this.palette = new Palette(byId<HTMLInputElement>("find"), byId("hits"), byId("find-note"), this.store, {
      filter: (input, done) => this.filter(input, done),
      go: (id) => this.go(id, true),
    });
    this.feed = new Feed(byId("feed"), byId("feed-pause"), byId("feed-count"), this.store, {
      go: (id) => this.go(id, true),
      marks: (marks) => { this.fresh = marks; this.mark(); },
    });
    this.plan = new Plan(byId("plan"), this.store, this.body.dataset["csrf"] ?? "", this.body.dataset["operate"] !== undefined, {
      draw: (fit) => this.drawPlan(fit),
      discard: () => { this.history.step({ plan: "" }); this.plan.show(""); },
      say: (words) => this.say(words),
    });
    this.shortcuts = new Shortcuts(this.canvas, (action) => this.act(action));
  }

  start(): void {
    this.wire();
    this.palette.set(this.history.current.filter);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket: Socket = this.socket = new Socket(`${scheme}://${location.host}/ws/topology`, {
      frame: (frame) => this.take(frame, socket),
      state: (state) => { this.status.connected(state); this.renderer.stale(this.status.stale()); this.body.dataset["connection"] = state; },
      cursor: () => this.store.cursor,
      signIn: () => location.assign(`${this.body.dataset["signIn"] ?? "/sign-in/"}?next=${encodeURIComponent(location.pathname + location.hash)}`),
    });
  }

  private take(frame: ServerFrame, socket: Socket): void {
    if (frame.type === "notice") {
      if (frame.code === "version") this.newBuild(String(frame.params["build"] ?? ""));
      else this.status.noticed(frame.code, frame.params);
      return;
    }
    if (frame.type === "operation") {
      this.plan.take(frame);
      return;
    }
    if (this.probes.take(frame)) return;
    this.status.connected("live");
    this.body.dataset["connection"] = "live";
    const outcome = this.store.apply(frame);
    if (outcome.kind === "gap") socket.resync();
    if (outcome.kind === "changed") {
      socket.settled();
      // The first snapshot is laid out once its view is known.
      if (this.known) this.renderer.update(this.plan.view(), outcome.changes.reset ? null : outcome.changes, { folded: new Set(this.history.current.folded) });
      if (this.plan.active) {
        this.mark();
        this.plan.changed(frame.type === "delta" ? frame.host : "");
      }
      if (!this.known) this.first();
      this.feed.take(outcome);
      this.later();
    }
    if (outcome.kind === "sources" || (outcome.kind === "changed" && outcome.changes.reset)) {
      this.renderer.stale(this.status.stale());
      this.status.draw();
    }
  }

  private newBuild(build: string): void {
    if (this.build && build && build !== this.build) this.status.noticed("version", {});
    this.build = build;
  }

  /** The first snapshot: now the view of the address can be shown. */
  private first(): void {
    this.known = true;
    this.restore(this.history.current);
    this.probes.begin();
    this.body.dataset["ready"] = "1";
  }

  /** What follows a change but need not be in the same frame as the picture. */
  private later(): void {
    if (this.drawing) return;
    this.drawing = afterPaint(() => {
      this.drawing = 0;
      this.status.draw();
      this.sift(this.history.current.filter);
      this.inspector.show(this.history.current.selection[0] ?? null);
      byId("empty").hidden = this.store.version === 0 || this.store.nodes.size > 0;
      this.body.dataset["version"] = String(this.store.version);
    });
  }

  private restore(view: View): void {
    this.palette.set(view.filter);
    this.plan.show(view.plan);
    this.renderer.update(this.plan.view(), null, { folded: new Set(view.folded) });
    this.sift(view.filter);
    this.showSelection(true);
    this.moving = true;
    if (view.camera) this.renderer.setCamera(view.camera);
    else this.renderer.fit(view.selection.length > 0 ? this.visible(view.selection) : undefined);
    this.moving = false;
  }

  /** Ids that have a place on the board: those themselves, or what they stand in. */
  private visible(ids: readonly string[]): string[] {
    return ids.map((id) => path(this.store, id).reverse().find((item) => this.renderer.boxOf(item) !== null) ?? id);
  }

  private select(id: string | null, add: boolean): void {
    const old = this.history.current.selection;
    const selection = id === null ? [] : !add ? [id] : old.includes(id) ? old.filter((item) => item !== id) : [id, ...old];
    this.history.step({ selection });
    this.showSelection(true);
    const node = id === null ? undefined : this.store.nodes.get(id);
    if (node) this.say(`${nameOf(node)}, ${kindWord(node)}, ${t(`state_${node.state}`)}`);
  }

  private showSelection(reveal: boolean): void {
    const { selection } = this.history.current;
    const ids = new Set(selection);
    this.renderer.select(ids);
    this.tree.select(ids, reveal);
    this.inspector.show(selection[0] ?? null);
  }

  /** Select and bring into view; `focus` moves the keyboard to the details. */
  private go(id: string, focus: boolean): void {
    this.select(id, false);
    this.center(id);
    if (focus) this.details(null);
  }

  private center(id: string): void {
    const [place] = this.visible([id]);
    if (place && this.renderer.boxOf(place)) this.renderer.fit([place]);
  }

  private details(id: string | null): void {
    if (id !== null) this.select(id, false);
    this.pane("inspector");
    byId("inspector").querySelector<HTMLElement>("#inspected")?.focus();
  }

  private filter(input: string, done: boolean): void {
    if (done) this.history.step({ filter: input });
    else this.history.drift({ filter: input });
    this.palette.set(input);
    this.sift(input);
  }

  private sift(input: string): void {
    const found = select(this.store, parse(input));
    this.palette.tell(found ? found.hits : null);
    const changed = found !== null || this.shown !== null;
    this.shown = found ? found.shown : null;
    if (changed) this.renderer.highlight(this.shown);
    this.tree.update(found ? this.withPaths(found.shown) : null);
  }

  private withPaths(ids: ReadonlySet<string>): Set<string> {
    const all = new Set<string>();
    for (const id of ids) for (const item of path(this.store, id)) all.add(item);
    return all;
  }

  private fold(id: string): void {
    const { folded } = this.history.current;
    this.history.step({ folded: folded.includes(id) ? folded.filter((item) => item !== id) : [...folded, id] });
    this.renderer.update(this.plan.view(), null, { folded: new Set(this.history.current.folded) });
  }

  private drawPlan(fit: readonly string[] | null): void {
    if (!this.known) return;
    this.renderer.update(this.plan.view(), null, { folded: new Set(this.history.current.folded) });
    this.mark();
    const places = (fit ?? []).filter((id) => this.renderer.boxOf(id) !== null);
    if (places.length > 0) this.renderer.fit(places);
    // Where one part is seen at a time, what the plan says comes first.
    if (fit !== null && matchMedia("(max-width: 60rem)").matches) this.pane("inspector");
    this.body.dataset["planned"] = String(this.plan.marks().size);
  }

  private moved(camera: Camera): void {
    this.probes.look();
    if (this.known && !this.moving) this.history.drift({ camera });
  }

  private hover(id: string | null): void {
    const node = id === null ? undefined : this.store.nodes.get(id);
    this.canvas.title = node ? `${nameOf(node)} · ${kindWord(node)} · ${t(`state_${node.state}`)}`.slice(0, 200) : "";
  }

  private hit(node: string, hit: ReadonlySet<string> | null): void {
    this.impact = hit ? new Map([...hit].map((id): [string, Mark] => [id, "lost"]).concat([[node, "cause"]])) : new Map();
    this.mark();
  }

  private mark(): void {
    this.renderer.mark(new Map([...this.fresh, ...this.impact, ...this.plan.marks()]));
  }

  private say(words: string): void {
    byId("said").textContent = words;
  }

  private pane(name: Pane): void {
    this.body.dataset["pane"] = name;
    for (const tab of document.querySelectorAll<HTMLElement>("#tabs [data-pane]")) tab.setAttribute("aria-pressed", String(tab.dataset["pane"] === name));
  }

  private flip(name: "tree" | "feed"): void {
    const key = `${name}Open`;
    const open = this.body.dataset[key] !== "yes";
    this.body.dataset[key] = open ? "yes" : "no";
    localStorage.setItem(`netboard.${name}`, open ? "yes" : "no");
    byId(`flip-${name}`).setAttribute("aria-expanded", String(open));
    if (open && name === "tree") this.tree.focus();
  }

  private act(action: Action): void {
    const selected = this.history.current.selection[0];
    switch (action) {
      case "find": this.palette.focus(); break;
      case "help": byId<HTMLDialogElement>("help").showModal(); break;
      case "fit": this.renderer.fit(); break;
      case "in": this.renderer.zoom(1.3); break;
      case "out": this.renderer.zoom(1 / 1.3); break;
      case "left": this.renderer.pan(-80, 0); break;
      case "right": this.renderer.pan(80, 0); break;
      case "up": this.renderer.pan(0, -80); break;
      case "down": this.renderer.pan(0, 80); break;
      case "tree": this.pane("tree"); if (this.body.dataset["treeOpen"] !== "yes") this.flip("tree"); else this.tree.focus(); break;
      case "details": this.details(null); break;
      case "feed": this.pane("feed"); if (this.body.dataset["feedOpen"] !== "yes") this.flip("feed"); byId("feed-pause").focus(); break;
      case "impact": void this.inspector.toggleImpact(); break;
      case "center": if (selected) this.center(selected); break;
      case "fold": if (selected) this.fold(selected); break;
      case "pause": this.feed.toggle(); break;
      case "clear": if (this.history.current.selection.length > 0) this.select(null, false); break;
    }
  }

  private wire(): void {
    const saved = (name: "tree" | "feed", otherwise: boolean): void => {
      const open = (localStorage.getItem(`netboard.${name}`) ?? (otherwise ? "yes" : "no")) === "yes";
      this.body.dataset[`${name}Open`] = open ? "yes" : "no";
      byId(`flip-${name}`).setAttribute("aria-expanded", String(open));
    };
    saved("tree", innerWidth >= 1500);
    saved("feed", innerHeight >= 640);
    document.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("button[data-act], button[data-flip], button[data-pane], button[data-export], button[data-close]");
      if (!button) return;
      const { act, flip, pane, close } = button.dataset;
      const format = button.dataset["export"];
      if (act) this.act(act as Action);
      if (flip) this.flip(flip as "tree" | "feed");
      if (pane) this.pane(pane as Pane);
      if (format) void exportAs(format, this.renderer).catch(() => this.say(t("not_answered")));
      if (close !== undefined) button.closest("dialog")?.close();
      if (format) button.closest("details")?.removeAttribute("open");
    });
    const single = byId<HTMLInputElement>("single-keys");
    single.checked = this.shortcuts.enabled;
    single.addEventListener("change", () => { this.shortcuts.enabled = single.checked; });
    byId("reset").addEventListener("click", () => { this.history.step(EMPTY); this.restore(EMPTY); });
  }
}
