/** What the steps of one host's layout share. */

import type { FoldState, GraphView } from "../model";
import type { Collected } from "./collect";
import type { Panel, Wire } from "./panel";
import type { Ways } from "./tracks";

/** The work of one layout. */
export interface Task {
  readonly graph: GraphView;
  readonly fold: FoldState;
  readonly found: Collected;
  readonly panel: Panel;
  readonly ways: Ways;
  readonly cells: number;
  readonly inner: number;
  y: number;
}

interface WireParts extends Partial<Wire> {
  readonly points: readonly number[];
  readonly hue: number;
}

export function wire(panel: Panel, parts: WireParts): void {
  panel.wires.push({
    dashed: false, from: -1, to: -1, edge: "", whole: "", room: 0, broken: false, unsure: false, primary: false,
    device: "", cable: "", ...parts,
  });
}
