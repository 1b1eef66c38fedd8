/** How each kind of item looks at each zoom. */

import type { Fault } from "../layout/collect";
import { list, record, text } from "../layout/collect";
import { groupOf } from "../layout/host";
import { Hue, Kind, type Panel } from "../layout/panel";
import type { Node } from "../wire";
import { colourOf, drawGlyph, glyphOf } from "./glyph";
import type { NodeMark } from "./overlay";
import { CARD, type Frame, INTERFACES, NAMES, fontSize } from "./scene";
import { clean } from "./text";
import { say } from "./words";

/** An item on the screen. */
export interface Spot {
  readonly panel: Panel;
  readonly item: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly alpha: number;
}

/** Glyphs wait until the boxes are drawn. */
export interface LateGlyph {
  readonly node: Node | null;
  readonly fault: Fault;
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly alpha: number;
  /** Instead of the state's colour, on a ground that already has it. */
  readonly ink?: string;
}

export class Items {
  readonly glyphs: LateGlyph[] = [];
  private readonly signs: { mark: NodeMark; x: number; y: number; r: number }[] = [];

  constructor(private readonly f: Frame) {}

  draw(spot: Spot): void {
    switch (spot.panel.kinds[spot.item]) {
      case Kind.uplink:
        return this.uplink(spot);
      case Kind.routes:
        return this.routes(spot);
      case Kind.chip:
        return this.chip(spot);
      case Kind.bar:
        return this.bar(spot);
      case Kind.heading:
        return this.heading(spot);
      case Kind.cell:
      case Kind.group:
        return this.cell(spot);
      case Kind.space:
        return this.space(spot);
      case Kind.line:
        return this.line(spot);
    }
  }

  /** What an overlay says of a node: at its lower right corner, or in the middle of what is too small for a corner. */
  sign(mark: NodeMark, x: number, y: number, w: number, h: number): void {
    const r = Math.min(5, h * 0.4, w * 0.4);
    if (r < 1) return;
    const small = h < 13;
    this.signs.push({ mark, x: small ? x + w / 2 : x + w - 2, y: small ? y + h / 2 : y + h - 2, r: small ? r : Math.max(3.5, r) });
  }

  flush(): void {
    const { pen, theme } = this.f;
    for (const { node, fault, x, y, r, alpha, ink } of this.glyphs) {
      pen.globalAlpha = alpha;
      const glyph = glyphOf(node, fault);
      if (glyph === "dot" && r <= 3) {
        pen.fillStyle = theme.good;
        pen.fillRect(x - r * 0.75, y - r * 0.75, r * 1.5, r * 1.5);
      } else drawGlyph(pen, glyph, x, y, r, ink ?? colourOf(glyph, theme));
    }
    pen.globalAlpha = 1;
    for (const { mark, x, y, r } of this.signs) {
      pen.fillStyle = theme.panel;
      pen.beginPath();
      pen.arc(x, y, r + 2.5, 0, Math.PI * 2);
      pen.fill();
      drawGlyph(pen, mark.glyph, x, y, r, theme[mark.tone]);
    }
  }

  private write(face: "sans" | "bold" | "mono", size: number, colour: string, alpha: number, words: string, x: number, y: number, room: number): number {
    const { batch, theme, texts } = this.f;
    const cut = texts.fit(face, size, words, room);
    if (cut === "") return 0;
    batch.write(theme, face, size, colour, alpha, cut, x, y, false);
    return texts.width(face, size, cut);
  }

  private writeRight(face: "sans" | "bold" | "mono", size: number, colour: string, alpha: number, words: string, x: number, y: number): number {
    const { batch, theme, texts } = this.f;
    batch.write(theme, face, size, colour, alpha, words, x, y, true);
    return texts.width(face, size, words);
  }

  private glyph(spot: Spot, x: number, y: number, r: number): void {
    const { panel, item, alpha } = spot;
    this.glyphs.push({ node: panel.nodes[item] ?? null, fault: panel.faults[item] as Fault, x, y, r, alpha });
  }

  private uplink(spot: Spot): void {
    const { batch, theme, tints, s } = this.f;
    const { panel, item, x, y, w, h, alpha } = spot;
    const fault = panel.faults[item] as Fault;
    if (s < CARD && fault === 0) return;
    const edge = fault === 2 ? theme.bad : fault === 1 ? theme.warn : tints.rails[Hue.uplink] as string;
    batch.box(x, y, w, h, tints.uplinkCell, edge, fault > 0 ? 1.6 : 1, alpha, 0, Math.min(6, 6 * s));
    if (h < 10) {
      if (fault > 0) this.glyph(spot, x + w / 2, y + h / 2, 4);
      return;
    }
    this.twoLines(spot, this.deviceNote(panel.nodes[item] as Node), true);
  }

  private deviceNote(node: Node): string {
    const addresses = list(node.facts.addresses);
    const shown = addresses.find((one) => typeof one === "string" && !one.includes(":")) ?? addresses[0];
    return text(shown) || text(record(shown).address) || node.kind;
  }

  /** Glyph and name, and as many further lines as there is room for. */
  private twoLines(spot: Spot, note: string, mono: boolean): void {
    const { theme, s } = this.f;
    const { panel, item, x, y, w, h, alpha } = spot;
    const node = panel.nodes[item] ?? null;
    const two = h >= 27 && note !== "";
    const size = fontSize(12.5, s, 10, 14);
    const pad = Math.max(4, Math.min(10, 10 * s));
    const r = Math.max(3, Math.min(4, 4 * s));
    const top = two ? y + h * (h > 56 ? 0 : 0.33) + (h > 56 ? 16 : 0) : y + h / 2 + 0.5;
    // In a narrow box the name is worth more than the sign that all is well.
    const plain = w < 66 && panel.faults[item] === 0 && node?.state === "up";
    if (!plain) this.glyph(spot, x + pad + r, top, r);
    const left = plain ? x + pad : x + pad + r * 2 + 5;
    const room = x + w - pad * 0.6 - left;
    const label = panel.kinds[item] === Kind.group ? (panel.labels[item] as string) : (node?.name ?? "");
    const name = this.f.texts.fitName("bold", size, clean(label), clean(node === null ? "" : groupOf(node)), room);
    this.write("bold", size, node?.state === "stopped" ? theme.dim : theme.ink, alpha, name, left, top, room);
    if (two) {
      const small = Math.max(9.5, size - 1.5);
      const second = h > 56 ? top + size + 4 : y + h * 0.7;
      this.write(mono ? "mono" : "sans", small, theme.dim, alpha, clean(note), left, second, room);
    }
  }

  private routes(spot: Spot): void {
    const { batch, theme, tints, s, words } = this.f;
    const { panel, x, y, w, h, alpha } = spot;
    if (s < CARD) return;
    batch.box(x, y, w, h, tints.strip, theme.edge, 1, alpha, 0, 3 * Math.min(1, s));
    if (h < 11) return;
    const size = fontSize(11, s, 9.5, 12);
    const { routing } = panel;
    const parts: string[] = [];
    if (routing.routes > 0) parts.push(say(routing.routes === 1 ? words.route : words.routes, { n: routing.routes }));
    if (routing.gateway !== "") parts.push(say(words.via, { gateway: routing.gateway }));
    if (routing.forwarding === false) parts.push(words.forwardingOff);
    if (routing.nat > 0) parts.push(say(words.nat, { n: say(routing.nat === 1 ? words.network : words.networks, { n: routing.nat }) }));
    const middle = y + h / 2 + 0.5;
    let left = x + 10 * Math.min(1, s);
    left += this.write("sans", size, theme.dim, alpha, clean(parts.join(" · ")), left, middle, x + w - 10 - left) + 22;
    if (routing.ports.length === 0) return;
    left += this.write("sans", size, theme.dim, alpha, words.publishes, left, middle, x + w - 8 - left) + 7;
    for (let at = 0; at < routing.ports.length; at++) {
      const entry = clean(routing.ports[at] as string);
      const need = this.f.texts.width("sans", size, entry);
      const rest = say(words.more, { n: routing.ports.length - at });
      if (left + need + 34 > x + w) {
        this.write("sans", size, theme.uplink, alpha, rest, left, middle, x + w - 6 - left);
        return;
      }
      left += this.write("sans", size, theme.uplink, alpha, entry, left, middle, x + w - left) + 14;
    }
  }

  private chip(spot: Spot): void {
    const { batch, theme, tints, s } = this.f;
    const { panel, item, x, y, w, h, alpha } = spot;
    const fault = panel.faults[item] as Fault;
    if (s < CARD && fault === 0) return;
    const unsure = panel.extra[item] === 1;
    const edge = fault === 2 ? theme.bad : unsure || fault === 1 ? theme.warn : theme.cellEdge;
    batch.box(x, y, w, h, tints.cell, edge, 1, alpha, unsure ? 4 : 0, 4 * Math.min(1, s));
    if (h < 11) {
      if (fault > 0) this.glyph(spot, x + w / 2, y + h / 2, 4);
      return;
    }
    const size = fontSize(11, s, 9.5, 13);
    const middle = y + h / 2 + 0.5;
    const r = 3;
    this.glyph(spot, x + 6 + r, middle, r);
    const left = x + 17;
    const name = clean((panel.nodes[item] as Node).name);
    const used = this.write("sans", size, theme.ink, alpha, name, left, middle, x + w - 5 - left);
    this.write("sans", Math.max(9, size - 1), unsure ? theme.warn : theme.faint, alpha, clean(panel.labels[item] as string), left + used + 6, middle, x + w - left - used - 10);
  }

  private bar(spot: Spot): void {
    const { batch, theme, tints, s } = this.f;
    const { panel, item, x, y, w, alpha } = spot;
    const hue = panel.extra[item] as number;
    const fault = panel.faults[item] as Fault;
    const node = panel.nodes[item] as Node;
    const h = s < CARD ? Math.max(1.5, spot.h) : Math.max(13, spot.h);
    if (s < CARD) {
      batch.rect(x - 0.5, y - 0.5, w, h, tints.rails[hue] as string, alpha);
      if (fault > 0) this.glyph(spot, x + w / 2, y + h / 2, 4);
      return;
    }
    const dashed = hue === Hue.hanging && node.host !== null;
    if (dashed) batch.box(x, y, w, h, tints.bars[hue] as string, tints.rails[hue] as string, 1, alpha, 4, 2);
    else batch.rect(x - 0.5, y - 0.5, w, h, tints.bars[hue] as string, alpha);
    batch.rect(x - 0.5, y - 0.5, Math.max(2, Math.min(4, 5 * s)), h, tints.hues[hue] as string, alpha, 1);
    const middle = y + h / 2 + 0.5;
    const size = fontSize(12.5, s, 10, 14);
    let left = x + Math.max(7, Math.min(12, 12 * s));
    let right = x + w - Math.max(5, Math.min(12, 12 * s));
    if (node.state !== "up" || fault > 0) {
      this.glyph(spot, left + 3, middle, 3.5);
      left += 13;
    }
    right = this.barRight(spot, node, right, middle, size);
    left += this.write("bold", size, theme.ink, alpha, clean(node.name), left, middle, right - left) + 10;
    if (right - left < 40) return;
    const subnet = text(record(list(node.facts.subnets)[0]).subnet);
    const small = Math.max(9.5, size - 1.5);
    if (subnet !== "" && this.f.texts.width("mono", small, subnet) < right - left) {
      left += this.write("mono", small, theme.dim, alpha, subnet, left, middle, right - left) + 12;
    }
    if (right - left > 50) this.write("sans", small, theme.faint, alpha, this.driverNote(node), left, middle, right - left);
  }

  private driverNote(node: Node): string {
    const { words } = this.f;
    const driver = text(node.facts.driver);
    if (driver === "bridge") return `bridge · ${node.facts.internal === true ? words.internal : words.isNat}`;
    const parent = text(node.facts.parent);
    return clean(parent === "" ? driver : `${driver} · ${parent}`);
  }

  /** From the right: how many it stands for, and how full the subnet is. Gives where it begins. */
  private barRight(spot: Spot, node: Node, right: number, middle: number, size: number): number {
    const { batch, theme, tints, s, words, texts } = this.f;
    const { panel, item, w, alpha } = spot;
    const small = Math.max(9.5, size - 1.5);
    const count = panel.counts[item] as number;
    if (count > 0) {
      const note = say(w < 240 ? "{n}" : count === 1 ? words.container : words.containers, { n: count });
      if (texts.width("sans", small, note) < w * 0.4) right -= this.writeRight("sans", small, theme.dim, alpha, note, right, middle) + 8;
    }
    if (w < 250 || s < 0.5) return right;
    let used = 0;
    let total = 0;
    for (const one of list(node.facts.subnets)) {
      const entry = record(one);
      if (typeof entry.used !== "number" || typeof entry.size !== "number" || text(entry.subnet).includes(":")) continue;
      used += entry.used;
      total += entry.size;
    }
    if (total <= 0) return right;
    const share = Math.min(1, used / total);
    const percent = Math.round(share * 100);
    const note = used > 0 && percent < 1 ? "<1 %" : `${percent} %`;
    this.writeRight("sans", small, share > 0.9 ? theme.warn : theme.dim, alpha, note, right, middle);
    right -= 32 + (size - 10) * 1.5;
    const long = w > 420 ? 72 : 40;
    batch.rect(right - long, middle - 2.5, long, 4, tints.rails[panel.extra[item] as number] as string, alpha * 0.35, 1);
    if (used > 0) batch.rect(right - long, middle - 2.5, Math.max(2, long * share), 4, share > 0.9 ? theme.warn : tints.hues[panel.extra[item] as number] as string, alpha, 2);
    return right - long - 12;
  }

  private heading(spot: Spot): void {
    const { theme, words, s, batch } = this.f;
    const { panel, item, x, y, w, h, alpha } = spot;
    if (s < CARD) return;
    const key = panel.labels[item] as "host" | "none" | "other" | "spaces";
    const shared = key.startsWith("shared ") ? say(words.shared, { name: clean(key.slice(7)) }) : words[key];
    if (s < NAMES && key === "spaces") return;
    const size = fontSize(12, s, 10, 13);
    const count = panel.counts[item] as number;
    const middle = y + Math.max(h, 13) * 0.55;
    const used = this.write("bold", size, theme.dim, alpha, shared, x, middle, w);
    if (count > 0 && used > 0) this.write("sans", size - 1, theme.faint, alpha, say(words.folded, { n: count }), x + used + 10, middle, w - used - 10);
    batch.rect(x, y + Math.max(h, 13) - 1, w, 1, theme.edge, alpha);
  }

  private cell(spot: Spot): void {
    const { batch, theme, tints, s } = this.f;
    const { panel, item, x, y, w, h, alpha } = spot;
    const fault = panel.faults[item] as Fault;
    const node = panel.nodes[item] as Node;
    const quiet = node.state === "stopped" || node.state === "unknown";
    if (h < 13) {
      const colour = fault === 2 ? theme.bad : fault === 1 ? theme.warn : quiet ? tints.stopped : node.state === "paused" ? theme.faint : tints.calm;
      batch.rect(x - 0.5, y - 0.5, Math.max(1, w), Math.max(1, h), colour, alpha);
      const r = Math.min(4.5, h * 0.36, w * 0.36);
      if (fault > 0 && r > 1.4) this.glyphs.push({ node, fault, x: x + w / 2, y: y + h / 2, r, alpha, ink: theme.panel });
      return;
    }
    const fill = fault === 2 ? tints.badCell : fault === 1 ? tints.warnCell : tints.cell;
    const edge = fault === 2 ? theme.bad : fault === 1 ? theme.warn : theme.cellEdge;
    const group = panel.kinds[item] === Kind.group;
    if (group) batch.box(x + 3, y + 3, w, h, tints.strip, theme.cellEdge, 1, alpha, 0, 5 * Math.min(1, s), -1);
    batch.box(x, y, w, h, fill, edge, fault > 0 ? 1.6 : 1, quiet ? alpha * 0.75 : alpha, quiet ? 3 : 0, 5 * Math.min(1.2, s));
    const count = panel.counts[item] as number;
    const note = group ? say(count === 1 ? this.f.words.container : this.f.words.containers, { n: count }) : text(node.facts.image);
    this.twoLines(spot, note, false);
    if (s >= INTERFACES && !group) this.details(spot, node);
  }

  /** Close up, a container tells its ports, its command and its project. */
  private details(spot: Spot, node: Node): void {
    const { theme, s } = this.f;
    const { x, y, w, h, alpha } = spot;
    const size = fontSize(9, s, 10, 12);
    const left = x + 10;
    let line = y + 16 + 14 + 4 + size + 6;
    const ports = list(node.facts.ports).map((one) => {
      const port = record(one);
      return `:${text(port.host_port)} → ${text(port.container_port)}/${text(port.protocol)}`;
    });
    const project = text(node.facts.group) || text(node.facts.project);
    for (const [words, colour] of [
      [[...new Set(ports)].join("  "), theme.uplink], [text(node.facts.status), theme.dim], [project, theme.faint], [text(node.facts.command), theme.faint],
    ] as const) {
      if (words === "" || line > y + h - 5) continue;
      this.write(colour === theme.uplink ? "mono" : "sans", size, colour, alpha, clean(words), left, line, w - 20);
      line += size + 5;
    }
  }

  private space(spot: Spot): void {
    const { batch, theme, tints, s, words } = this.f;
    const { panel, item, x, y, w, h, alpha } = spot;
    const fault = panel.faults[item] as Fault;
    const edge = fault === 2 ? theme.bad : fault === 1 ? theme.warn : theme.cellEdge;
    if (s < CARD) {
      batch.rect(x - 0.5, y - 0.5, w, h, fault === 0 ? tints.strip : edge, alpha);
      if (fault > 0) this.glyph(spot, x + w / 2, y + h / 2, 4);
      return;
    }
    batch.box(x, y, w, h, tints.strip, edge, 1, alpha, 4, 5 * Math.min(1, s));
    const node = panel.nodes[item] as Node;
    const size = fontSize(11.5, s, 10, 13);
    const middle = y + Math.min(14 * s, 16) + (s < NAMES ? 3 : 0);
    this.glyph(spot, x + 10, middle, 3.2);
    const used = this.write("bold", size, theme.ink, alpha, clean(node.name || words.nameless), x + 19, middle, w - 26);
    const by = list(node.facts.commands).map(text).join(", ");
    if (used > 0) this.write("sans", size - 1, theme.faint, alpha, clean(by), x + 27 + used, middle, w - used - 34);
    const more = panel.counts[item] as number;
    if (more > 0 && s >= NAMES) this.writeRight("sans", size - 1, theme.faint, alpha, say(words.more, { n: more }), x + w - 8, y + h - size * 0.7);
  }

  private line(spot: Spot): void {
    const { theme, s } = this.f;
    const { panel, item, x, y, w, h, alpha } = spot;
    const fault = panel.faults[item] as Fault;
    if (h < 10) {
      if (fault > 0 && s >= CARD) this.glyph(spot, x + 4, y + h / 2, 3);
      return;
    }
    const size = fontSize(10.5, s, 9.5, 12.5);
    const middle = y + h / 2;
    const node = panel.nodes[item] as Node;
    this.glyph(spot, x + 5, middle, 2.6);
    const unsure = panel.extra[item] === 1;
    const used = this.write("mono", size, theme.ink, alpha, clean(node.name), x + 13, middle, w * 0.6);
    this.write("sans", size, unsure ? theme.warn : theme.dim, alpha, clean(panel.labels[item] as string), x + 21 + used, middle, w - used - 24);
  }
}
