/** Paint one frame: grounds, cables, boxes, texts, then what is chosen and marked. */

import type { Fault } from "../layout/collect";
import { list, record, text } from "../layout/collect";
import { HEAD, UPLINK_W } from "../layout/metrics";
import { Hue, Kind, type Panel, type Wire } from "../layout/panel";
import type { Box, Mark } from "../model";
import { colourOf, drawGlyph, glyphOf } from "./glyph";
import { Items } from "./items";
import { bordered } from "./batch";
import { type Pen, mix } from "./pen";
import { CARD, type Clip, type Frame, INTERFACES, NAMES, type Scene, fontSize } from "./scene";
import { clean, font, short } from "./text";
import { say } from "./words";

const DIMMED = 0.22;
const STALE = 0.45;

/** CSS pixels that names, signs and taps may reach beyond their boxes. */
const REACH = 20;

/**
 * Paint all, or what lies within a part of the canvas; the caller clips.
 *
 * @returns how many items were drawn.
 */
export function paint(pen: Pen, scene: Scene, clip: Clip = { left: 0, top: 0, right: scene.width, bottom: scene.height }): number {
  const { theme, camera, board } = scene;
  const s = camera.scale;
  const { left, top } = clip;
  const reach = { left: left - REACH, top: top - REACH, right: clip.right + REACH, bottom: clip.bottom + REACH };
  const f: Frame = { ...scene, pen, s, clip: reach };
  pen.globalAlpha = 1;
  pen.fillStyle = theme.ground;
  pen.fillRect(left, top, clip.right - left, clip.bottom - top);
  const shown = board.visible(camera.x + reach.left / s, camera.y + reach.top / s, camera.x + reach.right / s, camera.y + reach.bottom / s);
  for (const panel of shown) ground(f, panel);
  const items = new Items(f);
  let count = 0;
  for (const panel of shown) {
    if (!panel.folded && s >= 0.03) count += contents(f, items, panel);
    if (!panel.folded && s >= CARD) wires(f, panel);
  }
  spans(f);
  f.batch.flush(pen);
  items.flush();
  for (const panel of shown) title(f, panel);
  f.batch.flush(pen);
  emphasis(f);
  return count;
}

function ground(f: Frame, panel: Panel): void {
  const { pen, theme, camera, s } = f;
  const x = Math.round((panel.x - camera.x) * s) + 0.5;
  const y = Math.round((panel.y - camera.y) * s) + 0.5;
  const fault = panel.faults[0] as Fault;
  const small = s < CARD;
  pen.globalAlpha = 1;
  const edge = small && fault === 2 ? theme.bad : small && fault === 1 ? theme.warn : theme.edge;
  const fill = matches(f, panel) ? theme.panel : mix(theme.panel, theme.ground, 0.5);
  const radius = Math.max(1.5, Math.min(10, 10 * s));
  bordered(pen, x, y, Math.max(2, panel.w * s - 1), Math.max(2, panel.h * s - 1), fill, edge, small && fault > 0 ? 1.5 : 1, radius);
}

/** Whether a filter leaves anything of a host. */
function matches(f: Frame, panel: Panel): boolean {
  return f.hosts === null || f.hosts.has(panel.id);
}

function alphaOf(f: Frame, panel: Panel, item: number, base: number): number {
  const { highlighted } = f;
  if (highlighted === null || item < 0) return base;
  const id = panel.ids[item] as string;
  if (id === "") return base * 0.45;
  return highlighted.has(id) || id.startsWith("group:") ? base : base * DIMMED;
}

function contents(f: Frame, items: Items, panel: Panel): number {
  const { camera, s, clip } = f;
  const base = f.stale.has(panel.id) ? STALE : 1;
  const { rects, kinds } = panel;
  const ox = (panel.x - camera.x) * s;
  const oy = (panel.y - camera.y) * s;
  let drawn = 0;
  for (let item = 1; item < kinds.length; item++) {
    const at = item * 4;
    const x = Math.round(ox + (rects[at] as number) * s) + 0.5;
    const y = Math.round(oy + (rects[at + 1] as number) * s) + 0.5;
    const w = Math.round((rects[at + 2] as number) * s);
    const h = Math.round((rects[at + 3] as number) * s);
    if (x > clip.right || y > clip.bottom || x + w < clip.left || y + h < clip.top) continue;
    items.draw({ panel, item, x, y, w, h, alpha: alphaOf(f, panel, item, base) });
    const sign = f.overlays.empty ? undefined : f.overlays.node(panel.ids[item] as string);
    if (sign !== undefined) items.sign(sign, x, y, w, h);
    drawn++;
  }
  return drawn;
}

/** Whether something chosen hangs on this wire. */
function chosenWire(f: Frame, panel: Panel, wire: Wire): boolean {
  const { selected } = f;
  if (selected.size === 0 || wire.edge === "") return false;
  return (
    (wire.from >= 0 && selected.has(panel.ids[wire.from] as string)) ||
    (wire.to >= 0 && selected.has(panel.ids[wire.to] as string)) ||
    selected.has(wire.device) || selected.has(wire.cable) || selected.has(wire.edge)
  );
}

function wires(f: Frame, panel: Panel): void {
  const { camera, s, batch, tints, theme, clip, overlays } = f;
  const base = f.stale.has(panel.id) ? STALE : 1;
  const ox = (panel.x - camera.x) * s;
  const oy = (panel.y - camera.y) * s;
  // The address beside a rail belongs to it.
  const far = s < NAMES ? 0 : 150 * Math.max(1, s);
  const thin = s < NAMES ? 1 : Math.min(1.8, Math.max(1.2, 1.6 * s));
  for (const wire of panel.wires) {
    const { points } = wire;
    let colour = wire.broken ? theme.bad : wire.unsure ? theme.warn : (tints.rails[wire.hue] as string);
    const chosen = chosenWire(f, panel, wire);
    const look = overlays.empty ? undefined : overlays.edge(wire);
    if (look?.tone !== undefined && !wire.broken) colour = theme[look.tone];
    if (chosen && !wire.broken) colour = theme.chosen;
    const wide = Math.max(thin, look === undefined ? 0 : look.width * Math.min(1, s)) + (chosen ? 1 : 0);
    let alpha = base;
    if (f.highlighted !== null && !chosen) alpha = alphaOf(f, panel, wire.from >= 0 ? wire.from : wire.to, base);
    const dash = wire.dashed || wire.unsure || wire.broken || look?.dashed === true ? 4 : 0;
    let seen = false;
    for (let i = 0; i + 3 < points.length; i += 2) {
      const x1 = Math.round(ox + (points[i] as number) * s) + 0.5;
      const y1 = Math.round(oy + (points[i + 1] as number) * s) + 0.5;
      const x2 = Math.round(ox + (points[i + 2] as number) * s) + 0.5;
      const y2 = Math.round(oy + (points[i + 3] as number) * s) + 0.5;
      if (Math.max(x1, x2) < clip.left - far || Math.min(x1, x2) > clip.right + far || Math.max(y1, y2) < clip.top || Math.min(y1, y2) > clip.bottom) continue;
      seen = true;
      batch.line(x1, y1, x2, y2, colour, wide, alpha, dash);
    }
    if (seen && wire.from >= 0 && s >= NAMES && wire.to >= 0) tip(f, wire, panel, { ox, oy, alpha, colour, chosen, more: look?.label ?? "" });
  }
}

interface Tip {
  readonly ox: number;
  readonly oy: number;
  readonly alpha: number;
  readonly colour: string;
  readonly chosen: boolean;
  /** What an overlay says beside the address. */
  readonly more: string;
}

/** Taps at both ends, the address at the tip; close up or chosen also the names of the pair. */
function tip(f: Frame, wire: Wire, panel: Panel, at: Tip): void {
  const { ox, oy, alpha, colour, chosen, more } = at;
  const { s, batch, theme, texts, graph } = f;
  const { points } = wire;
  const last = points.length - 2;
  const x1 = ox + (points[0] as number) * s;
  const y1 = oy + (points[1] as number) * s;
  const r = Math.min(3, 2.6 * s);
  batch.rect(x1 - r + 0.5, y1 - (wire.primary ? 0 : 1), r * 2, 2 * r, colour, alpha, 2);
  if (!wire.primary) {
    const x2 = ox + (points[last] as number) * s;
    const y2 = oy + (points[last + 1] as number) * s;
    batch.rect(x2 - r + 0.5, y2 - r, r * 2, r * 2, colour, alpha, 2);
  }
  if (s < 0.5) return;
  const size = fontSize(10.5, s, 9.5, 12);
  const tone = wire.broken ? theme.bad : wire.unsure ? theme.warn : theme.dim;
  const named = s >= INTERFACES || (chosen && s >= 0.8);
  const label = `${wire.unsure ? "? " : ""}${named ? wire.whole : short(wire.whole)}${more === "" ? "" : ` ${more}`}`;
  if (!wire.primary) {
    const fits = label !== "" && texts.width("mono", size, label) < wire.room * s - 4;
    if (fits) batch.write(theme, "mono", size, tone, alpha, label, x1 - 5, y1 + size * 0.75, true);
    return;
  }
  const bottom = oy + (points[last + 1] as number) * s;
  const x = x1 + 6;
  const room = (panel.rects[wire.from * 4 + 2] as number) * s - 18 * s - 8;
  const write = (words: string, ink: string, y: number): void => {
    batch.write(theme, "mono", size, ink, alpha, texts.fit("mono", size, words, room), x, y, false);
  };
  const device = named ? graph.nodes.get(wire.device) : undefined;
  if (device === undefined) return write(label, tone, bottom - size * 0.75);
  const cable = graph.nodes.get(wire.cable);
  const ink = chosen ? theme.chosen : theme.faint;
  if (bottom - y1 > size * 4) {
    write(label, tone, bottom - size * 0.75 - size - 2);
    write(clean(device.name), ink, bottom - size * 0.75);
    if (cable !== undefined) write(clean(cable.name), ink, y1 + size * 0.85);
    return;
  }
  write(label, tone, bottom - size * 0.7);
  write(cable === undefined ? clean(device.name) : `${clean(cable.name)} ↔ ${clean(device.name)}`, ink, bottom - size * 0.7 - size - 1);
}

function spans(f: Frame): void {
  const { camera, s, batch, theme, tints, board, texts, clip } = f;
  const hue = tints.hues[Hue.hanging] as string;
  for (const span of board.packed.spans) {
    const alpha = f.highlighted === null || f.highlighted.has(span.node.id) ? 1 : DIMMED;
    const chosen = f.selected.has(span.node.id);
    const line = chosen ? theme.chosen : (tints.rails[Hue.hanging] as string);
    for (const points of span.cables) {
      for (let i = 0; i + 3 < points.length; i += 2) {
        const [x1, y1, x2, y2] = [0, 1, 2, 3].map((at) => ((points[i + at] as number) - (at % 2 === 0 ? camera.x : camera.y)) * s) as [number, number, number, number];
        if (Math.max(x1, x2) < clip.left || Math.min(x1, x2) > clip.right || Math.max(y1, y2) < clip.top || Math.min(y1, y2) > clip.bottom) continue;
        batch.line(Math.round(x1) + 0.5, y1, Math.round(x2) + 0.5, y2, line, s < CARD ? 1 : 1.5, chosen ? alpha : alpha * (s < CARD ? 0.4 : s < NAMES ? 0.6 : 1), 0);
      }
    }
    const x = (span.x - camera.x) * s;
    const y = (span.y - camera.y) * s;
    const w = span.w * s;
    const h = Math.max(13, span.h * s);
    if (y > clip.bottom || y + h < clip.top) continue;
    batch.rect(x, y, w, h, tints.bars[Hue.hanging] as string, alpha);
    batch.rect(x, y, Math.max(2, Math.min(4, 5 * s)), h, hue, alpha, 1);
    const size = fontSize(13, s, 10.5, 14);
    const left = Math.max(x, 0) + 12;
    const name = texts.fit("bold", size, clean(span.node.name), w - 20);
    batch.write(theme, "bold", size, theme.ink, alpha, name, left, y + h / 2 + 0.5, false);
    const subnet = record(list(span.node.facts.subnets)[0]).subnet;
    const note = `${text(subnet)}  ${text(span.node.facts.driver)}`;
    const at = left + texts.width("bold", size, name) + 12;
    batch.write(theme, "mono", size - 1.5, theme.dim, alpha, texts.fit("mono", size - 1.5, note, x + w - at - 8), at, y + h / 2 + 0.5, false);
  }
}

/** Name, counts, faults and staleness of a host, legible at every zoom at which there is any room. */
function title(f: Frame, panel: Panel): void {
  const { camera, s, batch, theme, texts, pen, words } = f;
  const node = panel.nodes[0];
  if (!node) return;
  const x = (panel.x - camera.x) * s;
  const y = (panel.y - camera.y) * s;
  const w = panel.w * s;
  const h = panel.h * s;
  const stale = f.stale.get(panel.id);
  const alpha = stale === undefined ? (matches(f, panel) ? 1 : 0.5) : 0.7;
  const pad = Math.max(3, Math.min(16, 16 * s));
  const faults = panel.broken + panel.warned;
  if (w < 40) {
    if (faults > 0) badge(pen, f, panel, x + w / 2, y + h / 2, Math.min(4.5, w / 3));
    return;
  }
  const size = fontSize(17, s, s < 0.1 ? 10 : 11.5, 17);
  const small = fontSize(11.5, s, 10, 12);
  const head = Math.min(HEAD * s, 76);
  const two = head >= size + small + 9;
  const middle = y + (s < CARD ? size * 0.5 + 4 : two ? head * 0.36 : head / 2);
  const second = y + head * 0.36 + (size + small) / 2 + 4;
  let limit = x + w - pad;
  if (s < CARD) backing(f, x + 1.5, y + 1.5, w - 3, size + 7, alpha);
  if (faults > 0 && s < CARD && w < 90 && h > size + 15) {
    backing(f, x + w - 16, y + h - 16, 14, 14, 1);
    badge(pen, f, panel, x + w - 9, y + h - 9, 4.5);
  } else if (faults > 0) {
    const note = String(faults);
    const wide = w > 70 ? texts.width("bold", small, note) + 4 : 0;
    limit = Math.min(limit, uplinksFrom(panel, x, s, limit, f));
    if (s >= CARD) limit = x + pad + Math.min(limit - x - pad, texts.width("bold", size, clean(node.name)) + 26 + wide);
    badge(pen, f, panel, limit - wide - 5, middle, 4.5);
    if (wide > 0) batch.write(theme, "bold", small, panel.broken > 0 ? theme.bad : theme.warn, 1, note, limit, middle + 0.5, true);
    limit -= wide + 14;
  } else limit = uplinksFrom(panel, x, s, limit, f);
  const name = texts.fit("bold", size, clean(node.name), limit - x - pad);
  if (name !== "") batch.write(theme, "bold", size, theme.ink, alpha, name, x + pad, middle, false);
  const room = uplinksFrom(panel, x, s, x + w - pad, f) - x - pad;
  if (stale !== undefined) pill(f, stale, x + pad, two ? second + 3 : middle + size, Math.max(room, w * 0.6), small);
  else if (two) batch.write(theme, "sans", small, theme.dim, alpha, texts.fit("sans", small, clean(about(f, panel)), room), x + pad, second, false);
  else if (s < CARD && h > 60 && w > 110) {
    const counts = say(panel.containers === 1 ? words.container : words.containers, { n: panel.containers });
    const at = x + pad + texts.width("bold", size, name) + 8;
    const note = texts.fit("sans", small, counts, limit - at);
    if (note.length > 3 && !note.endsWith("…")) batch.write(theme, "sans", small, theme.dim, alpha, note, at, middle, false);
  }
}

/** Where the first uplink stands on the screen, if it is beside the title. */
function uplinksFrom(panel: Panel, x: number, s: number, limit: number, f: Frame): number {
  if (f.s < CARD) return limit;
  let first = limit;
  for (let item = 1; item < panel.kinds.length && panel.kinds[item] === Kind.uplink; item++) {
    if ((panel.rects[item * 4 + 1] as number) < HEAD - 20) first = Math.min(first, x + (panel.rects[item * 4] as number) * s - 10);
  }
  return first > x + UPLINK_W * s * 0.4 ? first : limit;
}

function about(f: Frame, panel: Panel): string {
  const { words } = f;
  const engine = record(panel.nodes[0]?.facts.engine);
  const parts: string[] = [];
  if (text(engine.version) !== "") parts.push(`Docker ${text(engine.version)}`);
  if (text(engine.kernel) !== "") parts.push(`Linux ${text(engine.kernel)}`);
  parts.push(say(panel.containers === 1 ? words.container : words.containers, { n: panel.containers }));
  parts.push(say(panel.networks === 1 ? words.network : words.networks, { n: panel.networks }));
  return parts.join(" · ");
}

function backing(f: Frame, x: number, y: number, w: number, h: number, alpha: number): void {
  const { pen, theme } = f;
  pen.globalAlpha = 0.86 * alpha;
  pen.fillStyle = theme.panel;
  pen.fillRect(x, y, w, h);
  pen.globalAlpha = 1;
}

function badge(pen: Pen, f: Frame, panel: Panel, x: number, y: number, r: number): void {
  const glyph = glyphOf(null, panel.broken > 0 ? 2 : 1);
  pen.globalAlpha = 1;
  drawGlyph(pen, glyph, x, y, r, colourOf(glyph, f.theme));
}

function pill(f: Frame, words: string, x: number, y: number, room: number, size: number): void {
  const { pen, theme, texts, batch, tints } = f;
  const label = texts.fit("bold", size, words, room - 16);
  if (label === "") return;
  pen.globalAlpha = 1;
  pen.fillStyle = tints.warnCell;
  pen.strokeStyle = theme.warn;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.roundRect(x, y - size * 0.85, texts.width("bold", size, label) + 16, size * 1.7, size * 0.85);
  pen.fill();
  pen.stroke();
  batch.write(theme, "bold", size, theme.warn, 1, label, x + 8, y + 0.5, false);
}

/** Rings around what is chosen, related, hovered or marked. */
function emphasis(f: Frame): void {
  const { theme, board, pen } = f;
  for (const id of f.related) {
    const place = f.selected.has(id) ? null : board.find(id);
    if (place === null && !f.selected.has(id)) ring(f, board.boxOf(id), theme.chosen, 1.2, 0.7, []);
    else if (place !== null && (place.item > 0 || place.panel.folded)) ring(f, place.panel.box(place.item), theme.chosen, 1.2, 0.7, []);
  }
  if (f.hovered !== null && !f.selected.has(f.hovered)) ring(f, board.boxOf(f.hovered), theme.dim, 1.2, 0.9, []);
  for (const [id, mark] of f.marks) marked(f, id, mark);
  for (const id of f.selected) ring(f, board.boxOf(id), theme.chosen, 2.2, 1, []);
  pen.globalAlpha = 1;
  pen.setLineDash([]);
}

function ring(f: Frame, box: Box | null, colour: string, width: number, alpha: number, dash: number[]): void {
  if (box === null) return;
  const { pen, camera, s } = f;
  const x = (box.x - camera.x) * s;
  const y = (box.y - camera.y) * s;
  const w = Math.max(5, box.w * s);
  const h = Math.max(5, box.h * s);
  if (x > f.clip.right || y > f.clip.bottom || x + w < f.clip.left || y + h < f.clip.top) return;
  pen.globalAlpha = alpha;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.beginPath();
  pen.roundRect(x - 1.5, y - 1.5, w + 3, h + 3, Math.min(8, 6 * s + 1.5));
  pen.stroke();
}

function marked(f: Frame, id: string, mark: Mark): void {
  const { theme, board, pen } = f;
  const rest = 0.45 + 0.55 * (1 - f.pulse);
  if (mark === "gone") {
    const ghost = f.ghosts.get(id);
    if (ghost === undefined) return;
    ring(f, ghost.box, theme.faint, 1.2, rest * 0.8, [3, 3]);
    if (f.s < NAMES) return;
    pen.font = font(theme, "sans", 11);
    pen.fillStyle = theme.faint;
    pen.textBaseline = "middle";
    const name = f.texts.fit("sans", 11, clean(ghost.name), ghost.box.w * f.s - 12);
    pen.fillText(name, (ghost.box.x - f.camera.x) * f.s + 8, (ghost.box.y + ghost.box.h / 2 - f.camera.y) * f.s);
    return;
  }
  const box = board.boxOf(id);
  if (mark === "new") ring(f, box, theme.good, 2, rest, []);
  else if (mark === "changed") ring(f, box, theme.nat, 1.6, rest, []);
  else if (mark === "planned") ring(f, box, theme.good, 1.8, 1, [5, 4]);
  else if (mark === "doomed") ring(f, box, theme.bad, 1.8, 1, [5, 4]);
  else ring(f, box, theme.bad, mark === "cause" ? 3 : 1.8, 1, []);
  if (box === null || (mark !== "lost" && mark !== "cause" && mark !== "doomed")) return;
  const x = (box.x + box.w - f.camera.x) * f.s;
  const y = (box.y - f.camera.y) * f.s;
  pen.setLineDash([]);
  pen.globalAlpha = 1;
  pen.fillStyle = theme.panel;
  pen.beginPath();
  pen.arc(x, y, 7, 0, Math.PI * 2);
  pen.fill();
  drawGlyph(pen, mark === "cause" ? "triangle" : "cross", x, y, 4.5, theme.bad);
}
