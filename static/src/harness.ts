/** A page for benchmarks and screenshots: store and renderer on a generated fleet, without server. Not in the product. */

import { Board } from "./layout";
import type { Mark } from "./model";
import { createRenderer } from "./render";
import { simulate } from "./simulate";
import { Store } from "./store";
import type { Node, ServerFrame } from "./wire";

const NONE: ReadonlySet<string> = new Set();
const OPEN = { folded: NONE };

interface Ride {
  /** Milliseconds of the main thread per frame: script, style, recording and handing over. */
  readonly work: number[];
  /** Milliseconds of the renderer's own painting. */
  readonly paint: number[];
  /** Milliseconds from frame to frame. */
  readonly between: number[];
  readonly items: number[];
}

function text(hosts: number, containers: number, seed: number): string {
  const { nodes, edges } = simulate(hosts, containers, seed);
  const cursor = Object.fromEntries(Array.from({ length: hosts }, (_, at) => [`h${at + 1}`, { epoch: "e", seq: 0 }]));
  return JSON.stringify({ type: "snapshot", detail: "full", cursor, generated_at: "2026-01-01T00:00:00.000Z", nodes, edges });
}

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/**
 * Tells of each frame how long the main thread was busy with it. It asks for its next frame before anybody else can, so
 * that it is the first in every frame and nothing of one escapes it.
 */
class Probe {
  private wanted: ((frame: { at: number; work: number }) => void) | null = null;
  private readonly channel = new MessageChannel();

  constructor() {
    let at = 0;
    let begin = 0;
    this.channel.port1.onmessage = () => {
      const { wanted } = this;
      this.wanted = null;
      wanted?.({ at, work: performance.now() - begin });
    };
    const look = (now: number): void => {
      requestAnimationFrame(look);
      if (this.wanted === null) return;
      at = now;
      begin = performance.now();
      this.channel.port2.postMessage(0);
    };
    requestAnimationFrame(look);
  }

  next(): Promise<{ at: number; work: number }> {
    return new Promise((resolve) => {
      this.wanted = resolve;
    });
  }
}

/** What the benchmarks drive through `window.harness`. */
function start(canvas: HTMLCanvasElement) {
  const store = new Store();
  let painted: (() => void) | null = null;
  let paints: { work: number; items: number }[] = [];
  const renderer = createRenderer(
    canvas,
    { onSelect: (id) => renderer.select(new Set(id === null ? [] : [id])), onHover() {}, onFold() {}, onCamera() {} },
    {
      ...(location.hash === "#heavy" ? { heavy: 0 } : {}),
      onFrame(work, items) {
        paints.push({ work, items });
        painted?.();
      },
    },
  );
  const paintedOnce = (): Promise<number> =>
    new Promise((resolve) => {
      painted = () => {
        painted = null;
        resolve(performance.now());
      };
    });

  return {
    renderer,
    text,
    /** Take a snapshot as the server's text; milliseconds until it is parsed, in the store, and painted. */
    async load(snapshot: string): Promise<{ parse: number; store: number; total: number; nodes: number }> {
      const begin = performance.now();
      const parsed = JSON.parse(snapshot) as ServerFrame;
      const parse = performance.now() - begin;
      store.apply(parsed);
      const stored = performance.now() - begin - parse;
      const done = paintedOnce();
      renderer.update(store, null, OPEN);
      return { parse, store: stored, total: (await done) - begin, nodes: store.nodes.size };
    },
    /** Milliseconds that the first layout of this page takes, of a parsed snapshot: nothing of it has run before. */
    cold(snapshot: ServerFrame): number {
      store.apply(snapshot);
      return this.layout(1)[0] as number;
    },
    /** Milliseconds of so many whole layouts. */
    layout(rounds: number): number[] {
      return Array.from({ length: rounds }, () => {
        const board = new Board();
        const begin = performance.now();
        board.update(store, null, OPEN, 1.6);
        return performance.now() - begin;
      });
    },
    /** Pan and zoom, from the whole fleet down to names and back, for so many frames. */
    async ride(count: number): Promise<Ride> {
      renderer.fit();
      for (let wait = 0; wait < 30; wait++) await frame();
      paints = [];
      const ride: Ride = { work: [], paint: [], between: [], items: [] };
      const whole = renderer.camera();
      const w = canvas.clientWidth;
      const h = canvas.clientHeight;
      const deepest = Math.max(1, 1.6 / whole.scale);
      let last = 0;
      const probe = new Probe();
      await frame();
      for (let at = 0; at < count; at++) {
        const share = at / count;
        const scale = whole.scale * deepest ** (0.5 - 0.5 * Math.cos(share * Math.PI * 6));
        const x = whole.x + (w / whole.scale) * (0.5 + 0.3 * Math.sin(share * 9)) - w / 2 / scale;
        const y = whole.y + (h / whole.scale) * (0.5 + 0.3 * Math.cos(share * 7)) - h / 2 / scale;
        const next = probe.next();
        renderer.setCamera({ x, y, scale });
        const { at: now, work } = await next;
        ride.work.push(work);
        if (last > 0) ride.between.push(now - last);
        last = now;
      }
      ride.paint.push(...paints.map((one) => one.work));
      ride.items.push(...paints.map((one) => one.items));
      return ride;
    },
    /** Change one container so many times; milliseconds from the delta's text to the painted frame of each. */
    async deltas(count: number): Promise<number[]> {
      const times: number[] = [];
      const ids = [...store.nodes.values()].filter((node) => node.kind === "container").map((node) => node.id);
      for (let at = 0; at < count; at++) {
        const node = store.nodes.get(ids[(at * 7919) % ids.length] as string) as Node;
        const host = node.host as string;
        const seq = (store.cursor[host]?.seq ?? 0) + 1;
        const delta = JSON.stringify({
          type: "delta", host, epoch: "e", base: seq - 1, seq, at: "2026-01-01T00:00:00.000Z",
          upsert: { nodes: [{ ...node, state: node.state === "up" ? "down" : "up" }], edges: [] }, remove: { nodes: [], edges: [] },
        });
        const begin = performance.now();
        const outcome = store.apply(JSON.parse(delta) as ServerFrame);
        if (outcome.kind !== "changed") throw new Error(`the delta did not fit: ${outcome.kind}`);
        const done = paintedOnce();
        renderer.update(store, outcome.changes, OPEN);
        times.push((await done) - begin);
        await frame();
      }
      return times;
    },
    /**
     * Once nothing moves any more: by how much (0 … 255) the pixel that differs most differs from a whole frame painted
     * at once, and a number that stands for the picture.
     */
    async compare(): Promise<{ worst: number; picture: number }> {
      const pixels = (): Uint8ClampedArray => {
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d") as OffscreenCanvasRenderingContext2D;
        copy.drawImage(canvas, 0, 0);
        return copy.getImageData(0, 0, canvas.width, canvas.height).data;
      };
      do for (let wait = 0; wait < 3; wait++) await frame();
      while (document.querySelector<HTMLElement>(".motion")?.style.display === "");
      const parts = pixels();
      await renderer.toPng();
      let worst = 0;
      let picture = 0;
      pixels().forEach((value, at) => {
        worst = Math.max(worst, Math.abs(value - (parts[at] as number)));
        picture = (picture * 31 + value) >>> 0;
      });
      return { worst, picture };
    },
    change(id: string, state: Node["state"]): void {
      const node = store.nodes.get(id) as Node;
      const host = node.host as string;
      const seq = (store.cursor[host]?.seq ?? 0) + 1;
      const outcome = store.apply({
        type: "delta", host, epoch: "e", base: seq - 1, seq, at: "2026-01-01T00:00:00.000Z",
        upsert: { nodes: [{ ...node, state }], edges: [] }, remove: { nodes: [], edges: [] },
      });
      if (outcome.kind === "changed") renderer.update(store, outcome.changes, OPEN);
    },
    fold: (ids: string[]): void => renderer.update(store, null, { folded: new Set(ids) }),
    mark: (marks: [string, Mark][]): void => renderer.mark(new Map(marks)),
    ids: (kind: string): string[] => [...store.nodes.values()].filter((node) => node.kind === kind).map((node) => node.id),
  };
}

const canvas = document.querySelector("canvas");
if (canvas !== null) (window as unknown as { harness: ReturnType<typeof start> }).harness = start(canvas);
