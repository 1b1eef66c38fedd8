/** Generated topologies for the layout's tests: any mix of networks, containers, endpoints, namespaces and devices. */

import * as fc from "fast-check";
import { Graph } from "./graph";
import type { Edge, Json, Node, State } from "../src/wire";

export interface HostPlan {
  readonly networks: readonly { driver: string; internal: boolean; parent: boolean; gap: number }[];
  readonly containers: readonly { home: number; further: readonly number[]; gap: number; mode: number; state: State; project: number }[];
  readonly spaces: readonly { devices: number; undecided: boolean }[];
  readonly uplinks: number;
  readonly tunnels: number;
}

export interface Plan {
  readonly hosts: readonly HostPlan[];
  readonly overlays: number;
}

const DRIVERS = ["bridge", "bridge", "bridge", "macvlan", "ipvlan", "host", "null", "weave"];
const STATES: State[] = ["up", "up", "up", "down", "degraded", "paused", "stopped", "unknown"];
const MODES = ["", "", "", "host", "none", "container:x"];

const network = fc.record({
  driver: fc.constantFrom(...DRIVERS),
  internal: fc.boolean(),
  parent: fc.boolean(),
  gap: fc.integer({ min: 0, max: 2 }),
});

const container = fc.record({
  home: fc.nat(7),
  further: fc.array(fc.nat(9), { maxLength: 4 }),
  gap: fc.constantFrom(0, 0, 0, 1, 3),
  mode: fc.nat(MODES.length - 1),
  state: fc.constantFrom(...STATES),
  project: fc.nat(3),
});

const host: fc.Arbitrary<HostPlan> = fc.record({
  networks: fc.array(network, { maxLength: 8 }),
  containers: fc.array(container, { maxLength: 40 }),
  spaces: fc.array(fc.record({ devices: fc.nat(9), undecided: fc.boolean() }), { maxLength: 5 }),
  uplinks: fc.nat(7),
  tunnels: fc.nat(9),
});

export const plan: fc.Arbitrary<Plan> = fc.record({ hosts: fc.array(host, { minLength: 1, maxLength: 6 }), overlays: fc.nat(3) });

export const aspect = fc.constantFrom(0.46, 0.75, 1, 1.33, 1.6, 2.4, 3.8);

type Facts = { [key: string]: Json };

/** Lists that become a graph; kept apart so that a test can leave nodes out. */
export class Parts {
  readonly nodes: Node[] = [];
  readonly edges: Edge[] = [];

  node(id: string, kind: string, parent: string | null, slot: number, facts: Facts = {}, namespace: string | null = null, state: State = "up"): string {
    const owner = id.split(".")[0] as string;
    this.nodes.push({ id, kind, name: `${kind}-${id.split(".").pop()}`, host: owner === "fleet" ? null : owner, namespace, parent, slot, state, warnings: [], facts });
    return id;
  }

  edge(id: string, kind: Edge["kind"], source: string, target: string | null, facts: Facts = {}): void {
    this.edges.push({ id, kind, source, target, certain: target !== null, evidence: "", facts });
  }

  graph(without: ReadonlySet<string> = new Set()): Graph {
    return new Graph(
      this.nodes.filter((node) => !without.has(node.id)),
      this.edges.filter((edge) => !without.has(edge.source) && (edge.target === null || !without.has(edge.target))),
    );
  }
}

/** Build what a plan says, slots as the observer gives them. */
export function build(plan: Plan): Parts {
  const parts = new Parts();
  const overlays = Array.from({ length: plan.overlays }, (_, at) =>
    parts.node(`fleet.w.o${at}`, "network", null, at, { driver: "overlay", subnets: [] }),
  );
  plan.hosts.forEach((one, at) => buildHost(parts, one, at, overlays));
  return parts;
}

function buildHost(parts: Parts, plan: HostPlan, place: number, overlays: readonly string[]): void {
  const host = parts.node(`h${place}`, "host", null, place);
  const space = parts.node(`${host}.n.b.0`, "namespace", host, 0, { is_host: true });
  let index = 1;
  for (let at = 0; at < plan.uplinks; at++) {
    const device = parts.node(`${host}.d.b.0.${index}`, "nic", space, at, { ifindex: index }, space);
    (parts.nodes[parts.nodes.length - 1] as Node).name = `eth${at}`;
    index++;
    void device;
  }
  for (let at = 0; at < plan.tunnels; at++) {
    parts.node(`${host}.d.b.0.${index}`, "tun", space, at, { ifindex: index }, space);
    index++;
  }
  let slot = -1;
  // An engine has one network of each of the kinds host and null, and nothing hangs on them by a rail.
  const single = new Set<string>();
  const networks: string[] = [];
  plan.networks.forEach(({ driver: asked, internal, parent, gap }, at) => {
    slot += 1 + gap;
    const driver = single.has(asked) ? "bridge" : asked;
    if (asked === "host" || asked === "null") single.add(asked);
    const facts: Facts = { driver, internal, subnets: [{ subnet: "172.20.0.0/16", used: 3, size: 65534 }] };
    if (parent && (driver === "macvlan" || driver === "ipvlan")) facts.parent = "eth0";
    const id = parts.node(`${host}.w.${at}`, "network", host, slot, facts);
    if (driver !== "host" && driver !== "null") networks.push(id);
  });
  const slots = new Map<string, number>();
  plan.containers.forEach((one, at) => buildContainer(parts, host, one, at, networks, overlays, slots));
  plan.spaces.forEach(({ devices, undecided }, at) => {
    const own = parts.node(`${host}.n.b.s${at}`, "namespace", host, at + 1, {});
    for (let number = 0; number < devices; number++) {
      const device = parts.node(`${host}.d.b.s${at}.${number + 1}`, number === 0 ? "loopback" : "veth", own, number, {}, own);
      if (undecided && number === 1) parts.edge(`${device}.peer`, "peer", device, null);
    }
  });
}

function buildContainer(
  parts: Parts, host: string, one: HostPlan["containers"][number], at: number, networks: readonly string[],
  overlays: readonly string[], slots: Map<string, number>,
): void {
  const mode = MODES[one.mode] as string;
  const home = mode !== "" || networks.length === 0 ? null : (networks[one.home % networks.length] as string);
  const group = home ?? mode;
  const slot = (slots.get(group) ?? -1) + 1 + one.gap;
  slots.set(group, slot);
  const space = parts.node(`${host}.n.b.c${at}`, "namespace", host, at, { docker: true });
  const project = one.project === 0 ? "" : `p${one.project}`;
  const id = parts.node(`${host}.c.${at}`, "container", space, slot, { primary: home, network_mode: mode, project }, space, one.state);
  const all = [...networks, ...overlays];
  const targets = new Set(home === null ? [] : [home]);
  if (all.length > 0) for (const further of one.further) targets.add(all[further % all.length] as string);
  for (const target of targets) parts.edge(`${id}.e.${target}`, "endpoint", id, target, { address: "172.20.0.9/16" });
}
