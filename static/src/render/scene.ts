/** What a frame is painted from. */

import type { Board } from "../layout";
import type { Box, Camera, GraphView, Mark } from "../model";
import type { Batch } from "./batch";
import type { Overlays } from "./overlay";
import { mix, type Pen } from "./pen";
import type { Texts } from "./text";
import type { Theme } from "./theme";
import type { Words } from "./words";

/** Colours mixed from the theme once. */
export interface Tints {
  /** By hue: the line, the ground of a bar, a fainter line. */
  readonly hues: readonly string[];
  readonly bars: readonly string[];
  readonly rails: readonly string[];
  readonly cell: string;
  readonly calm: string;
  readonly badCell: string;
  readonly warnCell: string;
  readonly uplinkCell: string;
  readonly stopped: string;
  readonly strip: string;
}

export function tints(theme: Theme): Tints {
  const hues = [theme.nat, theme.inner, theme.hanging, theme.uplink, theme.plain];
  return {
    hues,
    bars: hues.map((hue) => mix(hue, theme.panel, theme.dark ? 0.2 : 0.13)),
    rails: hues.map((hue) => mix(hue, theme.panel, theme.dark ? 0.75 : 0.7)),
    cell: theme.cell,
    calm: mix(theme.good, theme.panel, theme.dark ? 0.36 : 0.4),
    badCell: mix(theme.bad, theme.panel, theme.dark ? 0.18 : 0.1),
    warnCell: mix(theme.warn, theme.panel, theme.dark ? 0.14 : 0.1),
    uplinkCell: mix(theme.uplink, theme.panel, theme.dark ? 0.18 : 0.12),
    stopped: mix(theme.faint, theme.panel, 0.35),
    strip: mix(theme.cell, theme.panel, 0.5),
  };
}

/** A box that is gone, still shown for a moment. */
export interface Ghost {
  readonly box: Box;
  readonly name: string;
}

export interface Scene {
  readonly board: Board;
  readonly graph: GraphView;
  readonly theme: Theme;
  readonly tints: Tints;
  readonly texts: Texts;
  readonly words: Words;
  readonly batch: Batch;
  readonly camera: Camera;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly selected: ReadonlySet<string>;
  readonly related: ReadonlySet<string>;
  readonly highlighted: ReadonlySet<string> | null;
  /** The hosts that anything highlighted belongs to. */
  readonly hosts: ReadonlySet<string> | null;
  readonly marks: ReadonlyMap<string, Mark>;
  readonly overlays: Overlays;
  readonly ghosts: ReadonlyMap<string, Ghost>;
  readonly stale: ReadonlyMap<string, string>;
  readonly hovered: string | null;
  /** 0 … 1: how far the marks' pulse has faded. */
  readonly pulse: number;
}

/** A part of the canvas, in CSS pixels. */
export interface Clip {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What is constant while one panel is painted. */
export interface Frame extends Scene {
  readonly pen: Pen;
  /** Nothing outside of it need be painted. */
  readonly clip: Clip;
  /** Pixels per unit. */
  readonly s: number;
}

/** The least scale at which containers have names, and at which interfaces have. */
export const NAMES = 0.36;
export const INTERFACES = 1.35;
/** Below it a host is a card: title, counts, faults, and the picture in small. */
export const CARD = 0.21;

/** Text sizes follow the zoom in half pixels, between what is legible and what is calm. */
export function fontSize(base: number, s: number, least: number, most: number): number {
  return Math.round(Math.min(most, Math.max(least, base * s)) * 2) / 2;
}
