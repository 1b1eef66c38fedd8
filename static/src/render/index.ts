/** The canvas renderer: keeps a layout current, and paints when something changed and not otherwise. */

import { Board, Kind } from "../layout";
import { frame } from "../layout/fleet";
import { hostOf } from "../layout/collect";
import type { Box, Camera, Changes, FoldState, GraphView, Mark, Renderer, RendererEvents } from "../model";
import { Batch, font } from "./batch";
import { type GestureTarget, listen } from "./gestures";
import { type Layer, Overlays } from "./overlay";
import { paint } from "./paint";
import { type Pen, SvgPen } from "./pen";
import { relatedTo } from "./relations";
import { type Ghost, INTERFACES, type Scene, type Tints, tints } from "./scene";
import { type Ruler, Texts } from "./text";
import { type Theme, readTheme, watchTheme } from "./theme";
import { WORDS, type Words } from "./words";

export { WORDS, type Words } from "./words";
export { clean } from "./text";

export interface RendererOptions {
  /** Translations of what the board itself says. */
  readonly words?: Partial<Words>;
  /** CSS pixels at the lower edge that something covers: kept free when all is brought into view. */
  readonly below?: number;
  /** Told after every painted frame, for measuring: milliseconds of work, and items drawn. */
  readonly onFrame?: (milliseconds: number, items: number) => void;
}

const CLOSEST = 4;
const FARTHEST = 0.008;
const MARGIN = 20;
const MOVE = 220;
const PULSE = 1400;
const NOTHING: ReadonlySet<string> = new Set();

/** Draw on a canvas. The canvas takes the size that CSS gives it. */
export function createRenderer(canvas: HTMLCanvasElement, events: RendererEvents, options: RendererOptions = {}): Renderer {
  return new CanvasRenderer(canvas, events, options);
}

class CanvasRenderer implements Renderer, GestureTarget {
  private readonly board = new Board();
  private readonly pen: CanvasRenderingContext2D;
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
  private width = 0;
  private height = 0;
  private ratio = 1;
  private pending = 0;
  /** Somebody moved the camera: from then on it stays where it is. */
  private steered = false;
  private selected = NOTHING;
  private related: ReadonlySet<string> = NOTHING;
  private highlighted: ReadonlySet<string> | null = null;
  private hosts: ReadonlySet<string> | null = null;
  private marks: ReadonlyMap<string, Mark> = new Map();
  private marked = 0;
  private readonly overlays = new Overlays();
  private readonly ghosts = new Map<string, Ghost>();
  private silent: ReadonlyMap<string, string> = new Map();
  private hovered: string | null = null;
  private flight: { from: Camera; to: Camera; begin: number } | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: RendererEvents,
    private readonly options: RendererOptions,
  ) {
    const pen = canvas.getContext("2d", { alpha: false });
    if (pen === null) throw new Error("this browser gives no 2D canvas");
    this.pen = pen;
    this.words = { ...WORDS, ...options.words };
    this.theme = readTheme(canvas);
    this.tints = tints(this.theme);
    this.texts = new Texts(this.ruler());
    this.measure();
    const observer = new ResizeObserver(() => this.measure());
    observer.observe(canvas);
    this.stops.push(() => observer.disconnect(), this.watchRatio(), listen(canvas, this));
    this.stops.push(
      watchTheme(() => {
        this.theme = readTheme(canvas);
        this.tints = tints(this.theme);
        this.texts.reset(this.ruler());
        this.request();
      }),
    );
  }

  private ruler(): Ruler {
    const pen = this.pen;
    const { theme } = this;
    let last = "";
    return (face, words) => {
      const wanted = font(theme, face, 12);
      if (last !== wanted || pen.font !== wanted) pen.font = wanted;
      last = wanted;
      return pen.measureText(words).width;
    };
  }

  /** The device's pixels per CSS pixel change with the browser's zoom and from screen to screen. */
  private watchRatio(): () => void {
    let abort = new AbortController();
    const watch = (): void => {
      abort.abort();
      abort = new AbortController();
      matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => {
        this.measure();
        watch();
      }, { signal: abort.signal });
    };
    watch();
    return () => abort.abort();
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = devicePixelRatio || 1;
    if (clientWidth === this.width && clientHeight === this.height && ratio === this.ratio) return;
    this.width = clientWidth;
    this.height = clientHeight;
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    if (this.graph !== null && clientWidth > 0 && clientHeight > 0) {
      this.arrange({ reset: false, nodes: NOTHING, edges: NOTHING, removedNodes: NOTHING, removedEdges: NOTHING });
    }
    this.frameNow();
  }

  update(graph: GraphView, changes: Changes | null, fold: FoldState): void {
    if (changes !== null) this.remember(changes.removedNodes);
    this.graph = graph;
    this.fold = fold;
    this.arrange(changes);
    this.relate();
    this.request();
  }

  /** Keep the boxes of what goes, so that a mark can show where it was. */
  private remember(removed: ReadonlySet<string>): void {
    for (const id of removed) {
      const place = this.board.find(id);
      if (place === null || place.panel.ids[place.item] !== id || place.item === 0) continue;
      if (this.ghosts.size > 500) this.ghosts.clear();
      this.ghosts.set(id, { box: place.panel.box(place.item), name: place.panel.nodes[place.item]?.name ?? "" });
    }
  }

  private arrange(changes: Changes | null): void {
    if (this.graph === null) return;
    const anchor = this.steered ? this.anchor() : null;
    const aspect = this.width > 0 && this.height > 0 ? this.width / this.height : 1.6;
    this.board.update(this.graph, changes, this.fold, aspect);
    if (!this.steered) this.view = this.whole();
    else if (anchor !== null) {
      const box = this.board.boxOf(anchor.id);
      if (box !== null && (box.x !== anchor.box.x || box.y !== anchor.box.y)) {
        const { x, y, scale } = this.view;
        this.setView({ x: x + box.x - anchor.box.x, y: y + box.y - anchor.box.y, scale });
      }
    }
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
    const { w, h } = this.board.packed;
    const narrow = this.width < 600;
    const height = Math.max(1, this.height - (this.options.below ?? 0));
    const camera = frame({ x: 0, y: 0, w, h }, this.width, height, narrow ? 8 : MARGIN, 1.25);
    // On a phone the whole would be illegible: as wide as the screen, from the top, as far as that makes names legible.
    const legible = Math.min(0.6, (this.width - 16) / Math.max(1, w));
    return narrow && legible > camera.scale ? { x: -8 / legible, y: -8 / legible, scale: legible } : camera;
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
    for (const id of this.ghosts.keys()) if (marks.get(id) !== "gone") this.ghosts.delete(id);
    let fresh = false;
    for (const [id, mark] of marks) if (this.marks.get(id) !== mark) fresh = true;
    if (fresh) this.marked = performance.now();
    this.marks = new Map(marks);
    this.request();
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
    const scale = Math.min(CLOSEST, Math.max(FARTHEST, camera.scale));
    this.view = { x: camera.x, y: camera.y, scale };
    this.request();
    this.events.onCamera(this.view);
  }

  fit(ids?: readonly string[]): void {
    if (ids === undefined || ids.length === 0) {
      this.steered = false;
      this.fly(this.whole());
      return;
    }
    let left = Infinity;
    let top = Infinity;
    let right = -Infinity;
    let bottom = -Infinity;
    for (const id of ids) {
      const box = this.board.boxOf(id);
      if (box === null) continue;
      left = Math.min(left, box.x);
      top = Math.min(top, box.y);
      right = Math.max(right, box.x + box.w);
      bottom = Math.max(bottom, box.y + box.h);
    }
    if (left === Infinity) return;
    const margin = Math.min(this.width, this.height) * 0.12;
    this.steered = true;
    this.fly(frame({ x: left, y: top, w: right - left, h: bottom - top }, this.width, this.height, margin, 1.5));
  }

  /** Move there, smoothly where motion is welcome. */
  private fly(to: Camera): void {
    if (this.still.matches || this.width === 0) {
      this.flight = null;
      this.setView(to);
      return;
    }
    this.flight = { from: this.view, to, begin: performance.now() };
    this.request();
  }

  private step(now: number): void {
    const { flight } = this;
    if (flight === null) return;
    const share = Math.min(1, (now - flight.begin) / MOVE);
    const eased = 1 - (1 - share) ** 3;
    const { from, to } = flight;
    const scale = from.scale * (to.scale / from.scale) ** eased;
    const middle = (a: Camera): [number, number] => [a.x + this.width / 2 / a.scale, a.y + this.height / 2 / a.scale];
    const [ax, ay] = middle(from);
    const [bx, by] = middle(to);
    const x = ax + (bx - ax) * eased - this.width / 2 / scale;
    const y = ay + (by - ay) * eased - this.height / 2 / scale;
    this.view = share >= 1 ? to : { x, y, scale };
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
    const { scale } = this.view;
    const next = Math.min(CLOSEST, Math.max(FARTHEST, scale * factor));
    this.setCamera({ x: this.view.x + x / scale - x / next, y: this.view.y + y / scale - y / next, scale: next });
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
    this.hovered = at;
    this.canvas.style.cursor = at === null ? "" : "pointer";
    this.events.onHover(id);
    this.request();
  }

  leave(): void {
    if (this.hovered === null) return;
    this.hovered = null;
    this.events.onHover(null);
    this.request();
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
      related: this.related, highlighted: this.highlighted, hosts: this.hosts, marks: this.marks, overlays: this.overlays,
      ghosts: this.ghosts,
      stale: this.silent, hovered: this.hovered, pulse: this.pulse(),
    };
  }

  private pulse(): number {
    return this.still.matches ? 1 : Math.min(1, (performance.now() - this.marked) / PULSE);
  }

  private request(): void {
    if (this.pending === 0) this.pending = requestAnimationFrame((now) => this.onFrame(now));
  }

  private onFrame(now: number): void {
    this.pending = 0;
    this.step(now);
    this.frameNow();
    if (this.flight !== null || (this.marks.size > 0 && this.pulse() < 1)) this.request();
  }

  private frameNow(): void {
    const begin = performance.now();
    const { pen, ratio } = this;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const scene = this.scene();
    let items = 0;
    if (scene === null) {
      pen.fillStyle = this.theme.ground;
      pen.fillRect(0, 0, this.width, this.height);
    } else items = paint(pen, scene);
    this.options.onFrame?.(performance.now() - begin, items);
  }

  toSvg(): string {
    const svg = new SvgPen();
    const scene = this.scene();
    if (scene !== null) paint(svg as Pen, scene);
    return svg.document(this.width, this.height, this.words.title);
  }

  toPng(): Promise<Blob> {
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
