/** The canvas renderer: keeps a layout current, and paints when something changed and not otherwise. */

import { Board, Kind } from "../layout";
import { hostOf } from "../layout/collect";
import type { Box, Camera, Changes, FoldState, GraphView, Mark, Renderer, RendererEvents } from "../model";
import { Batch } from "./batch";
import { around, between, bounded, whole, zoomed } from "./camera";
import { type GestureTarget, listen } from "./gestures";
import { Marks } from "./marks";
import { type Layer, Overlays } from "./overlay";
import { paint } from "./paint";
import { type Pen, SvgPen } from "./pen";
import { relatedTo } from "./relations";
import { INTERFACES, type Scene, type Tints, tints } from "./scene";
import { Surface } from "./surface";
import { Texts, rulerOf } from "./text";
import { type Theme, readTheme, watchTheme } from "./theme";
import { WORDS, type Words } from "./words";

export { clean } from "./text";

export interface RendererOptions {
  /** Translations of what the board itself says. */
  readonly words?: Partial<Words>;
  /** CSS pixels at the lower edge that something covers: kept free when all is brought into view. */
  readonly below?: number;
  /** Milliseconds that a whole frame may take before moving shows pictures made before. */
  readonly heavy?: number;
  /** Told after every painted frame, for measuring: milliseconds of work, and items drawn. */
  readonly onFrame?: (milliseconds: number, items: number) => void;
}

const MOVE = 220;
/** Milliseconds without movement after which the picture is set down. */
const REST = 100;
const NOTHING: ReadonlySet<string> = new Set();

/** Draw on a canvas of the size that CSS gives it. */
export function createRenderer(canvas: HTMLCanvasElement, events: RendererEvents, options: RendererOptions = {}): Renderer {
  return new CanvasRenderer(canvas, events, options);
}

class CanvasRenderer implements Renderer, GestureTarget {
  private readonly board = new Board();
  private readonly surface: Surface;
  private readonly batch = new Batch();
  private readonly words: Words;
  private readonly texts: Texts;
  private readonly stops: (() => void)[] = [];
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private theme: Theme;
  private tints: Tints;
  private graph: GraphView | null = null;
  private fold: FoldState = { folded: NOTHING };
  private view: Camera = { x: 0, y: 0, scale: 1 };
  private pending = 0;
  /** Boxes of the board to be painted anew; null: everything. Empty: nothing but the camera changed. */
  private damage: Box[] | null = null;
  private painted: Camera | null = null;
  private movedAt = 0;
  /** Somebody moved the camera: from then on it stays where it is. */
  private steered = false;
  private selected = NOTHING;
  private related: ReadonlySet<string> = NOTHING;
  private highlighted: ReadonlySet<string> | null = null;
  private hosts: ReadonlySet<string> | null = null;
  private readonly marks = new Marks(this.board);
  private readonly overlays = new Overlays();
  private silent: ReadonlyMap<string, string> = new Map();
  private hovered: string | null = null;
  private flight: { from: Camera; to: Camera; begin: number } | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: RendererEvents,
    private readonly options: RendererOptions,
  ) {
    this.words = { ...WORDS, ...options.words };
    this.theme = readTheme(canvas);
    this.tints = tints(this.theme);
    this.surface = new Surface(canvas, () => this.resized(), options.heavy);
    this.texts = new Texts(rulerOf(this.surface.ruler, this.theme));
    this.stops.push(() => this.surface.destroy(), listen(canvas, this));
    this.stops.push(
      watchTheme(() => {
        this.theme = readTheme(canvas);
        this.tints = tints(this.theme);
        this.texts.reset(rulerOf(this.surface.ruler, this.theme));
        this.request();
      }),
    );
    this.request();
  }

  private get width(): number {
    return this.surface.width;
  }

  private get height(): number {
    return this.surface.height;
  }

  private resized(): void {
    if (this.graph !== null && this.width > 0 && this.height > 0) {
      this.arrange({ reset: false, nodes: NOTHING, edges: NOTHING, removedNodes: NOTHING, removedEdges: NOTHING });
    }
    this.damage = null;
    this.frameNow();
  }

  update(graph: GraphView, changes: Changes | null, fold: FoldState): void {
    if (changes !== null) this.marks.remember(changes.removedNodes);
    const before = this.board.packed;
    const sameFold = fold === this.fold || (fold.folded.size === 0 && this.fold.folded.size === 0);
    this.graph = graph;
    this.fold = fold;
    const hosts = this.arrange(changes);
    this.relate();
    // Hosts that kept their size are painted alone, where nothing is chosen that leads to others.
    if (hosts === null || !sameFold || before !== this.board.packed || this.selected.size > 0) this.request();
    else this.request([...hosts].map((id) => this.board.boxOf(id)));
  }

  /** @returns the hosts that were laid out anew; null: all. */
  private arrange(changes: Changes | null): ReadonlySet<string> | null {
    if (this.graph === null) return null;
    const anchor = this.steered ? this.anchor() : null;
    const aspect = this.width > 0 && this.height > 0 ? this.width / this.height : 1.6;
    const hosts = this.board.update(this.graph, changes, this.fold, aspect);
    if (!this.steered) this.view = this.whole();
    else if (anchor !== null) {
      const box = this.board.boxOf(anchor.id);
      if (box !== null && (box.x !== anchor.box.x || box.y !== anchor.box.y)) {
        const { x, y, scale } = this.view;
        this.setView({ x: x + box.x - anchor.box.x, y: y + box.y - anchor.box.y, scale });
      }
    }
    return hosts;
  }

  /** The host in the middle of the view: it stays there when the board is arranged anew. */
  private anchor(): { id: string; box: Box } | null {
    const { x, y, scale } = this.view;
    const middleX = x + this.width / 2 / scale;
    const middleY = y + this.height / 2 / scale;
    let best: { id: string; box: Box } | null = null;
    let least = Infinity;
    for (const panel of this.board.visible(x, y, x + this.width / scale, y + this.height / scale)) {
      const distance = Math.abs(panel.x + panel.w / 2 - middleX) + Math.abs(panel.y + panel.h / 2 - middleY);
      if (distance < least) {
        least = distance;
        best = { id: panel.id, box: panel.box(0) };
      }
    }
    return best;
  }

  private whole(): Camera {
    return whole(this.board.packed, this.width, this.height, this.options.below ?? 0);
  }

  select(ids: ReadonlySet<string>): void {
    this.selected = ids;
    this.relate();
    this.request();
  }

  private relate(): void {
    const { graph } = this;
    if (graph === null || this.selected.size === 0) {
      this.related = NOTHING;
      return;
    }
    const all = new Set<string>();
    for (const id of this.selected) for (const other of relatedTo(graph, id)) all.add(other);
    this.related = all;
  }

  highlight(ids: ReadonlySet<string> | null): void {
    this.highlighted = ids;
    if (ids === null) this.hosts = null;
    else {
      const hosts = new Set<string>();
      for (const id of ids) hosts.add(hostOf(id));
      this.hosts = hosts;
    }
    this.request();
  }

  mark(marks: ReadonlyMap<string, Mark>): void {
    if (marks.size === 0 && this.marks.marks.size === 0) return;
    const old = this.marks.boxes();
    this.marks.set(marks);
    this.request([...old, ...this.marks.boxes()]);
  }

  overlay(source: string, layer: Layer | null): void {
    this.overlays.lay(source, layer);
    this.request();
  }

  stale(hosts: ReadonlyMap<string, string>): void {
    this.silent = hosts;
    this.request();
  }

  camera(): Camera {
    return this.flight?.to ?? this.view;
  }

  setCamera(camera: Camera): void {
    this.flight = null;
    this.steered = true;
    this.setView(camera);
  }

  private setView(camera: Camera): void {
    this.view = bounded(camera);
    this.request([]);
    this.events.onCamera(this.view);
  }

  fit(ids?: readonly string[]): void {
    if (ids === undefined || ids.length === 0) {
      this.steered = false;
      this.fly(this.whole());
      return;
    }
    const camera = around(ids.map((id) => this.board.boxOf(id)), this.width, this.height);
    if (camera === null) return;
    this.steered = true;
    this.fly(camera);
  }

  /** Move there, smoothly where motion is welcome. */
  private fly(to: Camera): void {
    if (this.still.matches || this.width === 0) {
      this.flight = null;
      this.setView(to);
      return;
    }
    this.flight = { from: this.view, to, begin: performance.now() };
    this.request([]);
  }

  private step(now: number): void {
    const { flight } = this;
    if (flight === null) return;
    const share = Math.min(1, (now - flight.begin) / MOVE);
    this.view = between(flight.from, flight.to, share, this.width, this.height);
    if (share >= 1) {
      this.flight = null;
      this.events.onCamera(this.view);
    }
  }

  zoom(factor: number): void {
    this.zoomAt(this.width / 2, this.height / 2, factor);
  }

  pan(dx: number, dy: number): void {
    const { x, y, scale } = this.view;
    this.setCamera({ x: x - dx / scale, y: y - dy / scale, scale });
  }

  zoomAt(x: number, y: number, factor: number): void {
    this.setCamera(zoomed(this.view, x, y, factor));
  }

  click(x: number, y: number, add: boolean): void {
    const id = this.at(x, y);
    if (id?.startsWith("group:")) this.events.onFold(id);
    else this.events.onSelect(id, add);
  }

  /** A double click unfolds or folds a host or network, and goes to anything else. */
  open(x: number, y: number): void {
    const id = this.at(x, y);
    if (id === null) return this.fit();
    const place = this.board.find(id);
    const kind = place?.panel.kinds[place.item];
    if (place !== null && kind === Kind.panel && this.view.scale < 0.3 && !place.panel.folded) this.fit([id]);
    else if (kind === Kind.panel || kind === Kind.bar || kind === Kind.heading) this.events.onFold(id);
    else this.fit([id]);
  }

  hover(x: number, y: number): void {
    const id = this.at(x, y);
    const at = id !== null && this.board.panels.has(id) ? null : id;
    if (at === this.hovered) return;
    this.hovering(at);
    this.events.onHover(id);
  }

  leave(): void {
    if (this.hovered === null) return;
    this.hovering(null);
    this.events.onHover(null);
  }

  private hovering(id: string | null): void {
    const boxes = [this.hovered, id].map((one) => (one === null ? null : this.board.boxOf(one)));
    this.hovered = id;
    this.canvas.style.cursor = id === null ? "" : "pointer";
    this.request(boxes);
  }

  boxOf(id: string): Box | null {
    return this.board.boxOf(id);
  }

  at(x: number, y: number): string | null {
    const { scale } = this.view;
    const bx = this.view.x + x / scale;
    const by = this.view.y + y / scale;
    const id = this.board.at(bx, by);
    if (id === null || scale < INTERFACES || !this.board.panels.has(id)) return id;
    return this.board.deviceAt(id, bx, by) ?? id;
  }

  private scene(): Scene | null {
    if (this.graph === null) return null;
    return {
      board: this.board, graph: this.graph, theme: this.theme, tints: this.tints, texts: this.texts, words: this.words,
      batch: this.batch, camera: this.view, width: this.width, height: this.height, selected: this.selected,
      related: this.related, highlighted: this.highlighted, hosts: this.hosts, marks: this.marks.marks, overlays: this.overlays,
      ghosts: this.marks.ghosts,
      stale: this.silent, hovered: this.hovered, pulse: this.pulse(),
    };
  }

  private pulse(): number {
    return this.still.matches ? 1 : this.marks.pulse();
  }

  /** Have a frame painted: around these boxes (those of nothing are left out), or everywhere. */
  private request(boxes: readonly (Box | null)[] | null = null): void {
    if (boxes === null) this.damage = null;
    else if (this.damage !== null) for (const box of boxes) if (box !== null) this.damage.push(box);
    if (this.pending === 0) this.pending = requestAnimationFrame((now) => this.onFrame(now));
  }

  private onFrame(now: number): void {
    this.pending = 0;
    this.step(now);
    const { painted, view } = this;
    const moved = painted === null || painted.x !== view.x || painted.y !== view.y || painted.scale !== view.scale;
    if (moved) this.movedAt = now;
    if (this.graph !== null && (this.surface.moving || (moved && this.surface.isHeavy()))) this.follow(now);
    else this.frameNow();
    if (this.flight !== null) this.request([]);
    else if (this.marks.marks.size > 0 && this.pulse() < 1) this.request(this.marks.boxes());
  }

  /** A frame of a movement; once it rests and everything is crisp, the picture is set down. */
  private follow(now: number): void {
    const begin = performance.now();
    const scene = this.scene() as Scene;
    const outdated = this.damage === null || this.damage.length > 0;
    this.damage = [];
    this.painted = this.view;
    const exact = this.surface.follow(scene, outdated);
    if (exact && now - this.movedAt > REST) this.surface.settle();
    else this.request([]);
    this.options.onFrame?.(performance.now() - begin, this.surface.drawn);
  }

  private frameNow(): void {
    const begin = performance.now();
    const scene = this.scene();
    const { damage } = this;
    this.damage = [];
    this.painted = this.view;
    let items = 0;
    if (scene === null) this.surface.blank(this.theme.ground, this.texts.warm(this.theme, this.surface.ratio));
    else items = this.surface.paint(scene, damage);
    this.options.onFrame?.(performance.now() - begin, items);
  }

  toSvg(): string {
    const svg = new SvgPen();
    const scene = this.scene();
    if (scene !== null) paint(svg as Pen, scene);
    return svg.document(this.width, this.height, this.words.title);
  }

  toPng(): Promise<Blob> {
    this.damage = null;
    this.frameNow();
    return new Promise((resolve, reject) => {
      this.canvas.toBlob((blob) => (blob === null ? reject(new Error("the browser gave no picture")) : resolve(blob)), "image/png");
    });
  }

  destroy(): void {
    if (this.pending !== 0) cancelAnimationFrame(this.pending);
    for (const stop of this.stops) stop();
  }
}
