/** The parts of the renderer that need no browser: names, cut texts, the SVG that is written, relations at a glance. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Board } from "../src/layout";
import { Graph } from "./graph";
import { Batch } from "../src/render/batch";
import { Overlays } from "../src/render/overlay";
import { paint } from "../src/render/paint";
import { type Pen, SvgPen, mix } from "../src/render/pen";
import { relatedTo } from "../src/render/relations";
import { type Scene, tints } from "../src/render/scene";
import { Texts, clean, short } from "../src/render/text";
import { plainTheme } from "../src/render/theme";
import { WORDS } from "../src/render/words";
import { simulate } from "../src/simulate";

const NONE: ReadonlySet<string> = new Set();
const ruler = (_face: string, words: string): number => words.length * 7;

function svgOf(graph: Graph, scale: number, more: Partial<Scene> = {}): string {
  const board = new Board();
  board.update(graph, null, { folded: NONE }, 1.6);
  const theme = plainTheme(true);
  const pen = new SvgPen();
  const scene: Scene = {
    board, graph, theme, tints: tints(theme), texts: new Texts(ruler), words: WORDS, batch: new Batch(),
    camera: { x: 0, y: 0, scale }, width: 1600, height: 1000, selected: NONE, related: NONE, highlighted: null,
    hosts: null, marks: new Map(), overlays: new Overlays(), ghosts: new Map(), stale: new Map(), hovered: null, pulse: 1, ...more,
  };
  paint(pen as Pen, scene);
  return pen.document(1600, 1000, "board");
}

test("a clean name has no control, bidi or invisible characters and stays on one line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 400 }), (name) => {
      const shown = clean(name);
      assert.ok(shown.length > 0 && shown.length <= 210);
      assert.doesNotMatch(shown.replace(/^\u2068|\u2069$/g, ""), /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/);
    }),
  );
  assert.equal(clean("web\n\u202e1"), "web1");
  assert.equal(clean("שלום"), "\u2068שלום\u2069");
  assert.equal(clean("\u200b"), "·");
});

test("a cut text fits its room", () => {
  const texts = new Texts(ruler);
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.integer({ min: 8, max: 20 }), fc.integer({ min: 0, max: 300 }), (words, size, room) => {
      assert.ok(texts.width("sans", size, texts.fit("sans", size, words, room)) <= room + 0.001);
    }),
  );
});

test("a name in little room keeps what tells it from its neighbours", () => {
  const texts = new Texts(ruler);
  const fit = (name: string, project: string, room: number): string => texts.fitName("bold", 12, name, project, room);
  assert.equal(fit("shop-worker-1", "shop", 200), "shop-worker-1");
  assert.equal(fit("shop-worker-1", "shop", 65), "worker-1");
  assert.equal(fit("shop-worker-1", "shop", 50), "work…-1");
  assert.equal(fit("worker-12", "", 60), "work…-12");
  assert.equal(fit("worker-12", "", 42), "worke…");
  assert.equal(fit("prometheus", "", 50), "prome…");
  assert.equal(fit("worker-1", "", 15), "");
});

test("the tip of a rail shows the part of an address that differs within its network", () => {
  assert.equal(short("172.20.0.4/24"), ".4");
  assert.equal(short("172.20.3.4/16"), ".3.4");
  assert.equal(short("10.0.9.193/26"), ".193");
  assert.equal(short("10.1.2.3/8"), ".1.2.3");
  assert.equal(short("fd00::4/64"), "::4");
  assert.equal(short(""), "");
});

test("colours mix", () => {
  assert.equal(mix("#ffffff", "#000000", 0.5), "#808080");
  assert.equal(mix("teal", "#000000", 0.5), "teal");
});

test("names are inert text in the exported picture", () => {
  const { nodes, edges } = simulate(1, 6, 1);
  const hostile = nodes.map((node) => (node.kind === "container" ? { ...node, name: "<img src=x onerror=alert(1)>&\u202e" } : node));
  const svg = svgOf(new Graph(hostile, edges), 1);
  assert.ok(svg.includes("&lt;img"));
  assert.doesNotMatch(svg, /<img|\u202e/);
  assert.match(svg, /^<svg [^>]*>.*<\/svg>$/s);
});

test("hosts are named at every zoom, containers close up, and interfaces closer still", () => {
  const { nodes, edges } = simulate(1, 6, 1);
  const graph = new Graph(nodes, edges);
  for (const scale of [0.1, 0.3, 0.6, 1]) assert.ok(svgOf(graph, scale).includes("fra-1"), `at ${scale}`);
  assert.ok(!svgOf(graph, 0.1).includes(">web-1<"));
  assert.ok(svgOf(graph, 0.6).includes(">web-1<"));
  assert.doesNotMatch(svgOf(graph, 0.6), />veth[0-9a-f]{4}/);
  assert.match(svgOf(graph, 1.5), />veth[0-9a-f]{4}/);
});

test("a fault shows as a shape and a colour at every zoom", () => {
  const { nodes, edges } = simulate(1, 6, 1);
  const bad = plainTheme(true).bad;
  const at = nodes.findIndex((node) => node.kind === "container");
  const ill = nodes.map((node, index) => (index === at ? { ...node, state: "down" as const } : node));
  for (const scale of [0.03, 0.1, 0.3, 1]) {
    assert.ok(svgOf(new Graph(ill, edges), scale).includes(`stroke="${bad}" stroke-width`), `at ${scale}`);
  }
});

test("from a veth one glance finds its container, and from a container its veth", () => {
  const { nodes, edges } = simulate(1, 6, 1);
  const graph = new Graph(nodes, edges);
  const peer = edges.find((edge) => edge.kind === "peer" && nodes.some((node) => node.kind === "container" && node.namespace === graph.nodes.get(edge.source)?.namespace || node.namespace === graph.nodes.get(edge.target ?? "")?.namespace && node.kind === "container"));
  assert.ok(peer !== undefined && peer.target !== null);
  const ends = [peer.source, peer.target];
  const outer = ends.find((id) => graph.nodes.get(graph.nodes.get(id)?.namespace ?? "")?.facts.is_host === true) as string;
  const inner = ends.find((id) => id !== outer) as string;
  const container = nodes.find((node) => node.kind === "container" && node.namespace === graph.nodes.get(inner)?.namespace);
  assert.ok(container !== undefined);
  assert.ok(relatedTo(graph, outer).has(container.id));
  assert.ok(relatedTo(graph, container.id).has(outer));
});

test("an overlay gives a wire another look and a box a sign; the last one laid counts, and taking it away leaves the board", () => {
  const { nodes, edges } = simulate(1, 6, 1);
  const graph = new Graph(nodes, edges);
  const { good, hanging } = plainTheme(true);
  const edge = edges.find((one) => one.kind === "endpoint") as { id: string; source: string };
  const overlays = new Overlays();
  const plain = svgOf(graph, 1, { overlays });
  overlays.lay("traffic", { edges: new Map([[edge.id, { tone: "good", width: 5, label: "12 Mb/s" }]]) });
  overlays.lay("sweep", { nodes: new Map([[edge.source, { glyph: "triangle", tone: "hanging" }]]) });
  const svg = svgOf(graph, 1, { overlays });
  assert.ok(svg.includes("12 Mb/s</text>"));
  assert.match(svg, new RegExp(`<rect [^>]*width="5" [^>]*fill="${good}"`));
  assert.match(svg, new RegExp(`<path [^>]*fill="${hanging}"`));
  overlays.lay("sweep", { edges: new Map([[edge.id, { tone: "hanging", width: 1 }]]) });
  assert.ok(!svgOf(graph, 1, { overlays }).includes("12 Mb/s</text>"));
  for (const source of ["traffic", "sweep"]) overlays.lay(source, null);
  assert.equal(svgOf(graph, 1, { overlays }), plain);
});
