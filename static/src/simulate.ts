/** A fleet in the wire's shape, the same for the same seed: for benchmarks, screenshots and tests. Not part of the product. */

import type { Edge, EdgeKind, Json, Node, State } from "./wire";

type Facts = { [key: string]: Json };

/** Small, fast, seeded: mulberry32. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const PROJECTS = ["shop", "ledger", "media", "mail", "search", "metrics", "build", "chat"];
const SERVICES = ["web", "api", "db", "cache", "worker", "queue", "edge", "auth", "cron", "mailer", "proxy", "files"];
const IMAGES = ["nginx:1.27", "api:4.1", "postgres:17", "valkey:9", "worker:2.3", "rabbitmq:4", "caddy:2", "auth:1.9", "cron:3", "mailer:1", "envoy:1.33", "minio:2026"];

class Builder {
  readonly nodes: Node[] = [];
  readonly edges: Edge[] = [];

  node(id: string, kind: string, name: string, host: string | null, parent: string | null, slot: number, state: State, facts: Facts, namespace: string | null = null): string {
    this.nodes.push({ id, kind, name, host, namespace, parent, slot, state, warnings: [], facts });
    return id;
  }

  edge(id: string, kind: EdgeKind, source: string, target: string | null, facts: Facts = {}, evidence = ""): void {
    this.edges.push({ id, kind, source, target, certain: target !== null, evidence, facts });
  }
}

interface Bus {
  id: string;
  name: string;
  subnet: number;
  bridge: string;
  driver: string;
  taken: number;
}

/** `hosts` hosts with about `containers` containers each. */
export function simulate(hosts: number, containers: number, seed: number): { nodes: Node[]; edges: Edge[] } {
  const built = new Builder();
  const chance = random(seed);
  const overlay = hosts > 1 ? built.node("fleet.w.0000000000000001", "network", "mesh", null, null, 0, "up", {
    driver: "overlay", scope: "swarm", subnets: [{ subnet: "10.0.9.0/24", gateway: "10.0.9.1", used: hosts, size: 254 }], counts: { containers: hosts },
  }) : null;
  for (let at = 0; at < hosts; at++) host(built, chance, at, containers, overlay);
  return built;
}

function host(built: Builder, chance: () => number, at: number, containers: number, overlay: string | null): void {
  const id = `h${at + 1}`;
  const name = `${["fra", "gru", "sin", "iad"][at % 4]}-${Math.floor(at / 4) + 1}`;
  built.node(id, "host", name, id, null, at, "up", {
    engine: { version: "28.2.1", kernel: "6.18.2" }, counts: { containers, running: containers, networks: 5, faults: 0 },
  });
  const space = built.node(`${id}.n.b.1`, "namespace", "host", id, id, 0, "up", {
    inode: 1, is_host: true, names: [], routes: [{ destination: "default", gateway: "10.20.0.1" }, { destination: "10.20.0.0/24" }], sysctls: { "net.ipv4.ip_forward": "1" },
  });
  let ifindex = 1;
  const seats = new Map<string, number>();
  const device = (kind: string, label: string, facts: Facts): string => {
    const index = ifindex++;
    const row = kind === "nic" ? "uplink" : kind === "bridge" || kind === "loopback" ? "elsewhere" : facts.master === undefined ? "further" : "port";
    const seat = seats.get(row) ?? 0;
    seats.set(row, seat + 1);
    return built.node(`${id}.d.b.1.${index}`, kind, label, id, space, seat, "up", { ifindex: index, up: true, ...facts }, space);
  };
  device("loopback", "lo", { addresses: ["127.0.0.1/8"] });
  const nic = device("nic", "eth0", { addresses: [`10.20.0.${5 + at}/24`], mac: "02:00:00:00:00:05" });
  const buses = networks(built, id, containers, device, chance);
  const next = buses.length;
  if (at % 3 === 0) {
    const plant: Bus = { id: `${id}.w.plant00000000000`, name: "plant", subnet: -1, bridge: "", driver: "macvlan", taken: 0 };
    built.node(plant.id, "network", plant.name, id, id, next + 2, "up", { driver: "macvlan", parent: "eth0", subnets: [{ subnet: "10.20.0.192/26", used: 2, size: 62 }] });
    buses.push(plant);
  }
  built.node(`${id}.w.host000000000000`, "network", "host", id, id, next, "up", { driver: "host", builtin: true, subnets: [] });
  built.node(`${id}.w.none000000000000`, "network", "none", id, id, next + 1, "up", { driver: "null", builtin: true, subnets: [] });
  const slots = new Map<string, number>();
  for (let index = 0; index < containers; index++) container(built, chance, id, index, buses, slots, device, overlay);
  spaces(built, id, device, at);
  void nic;
}

function networks(built: Builder, id: string, containers: number, device: (kind: string, label: string, facts: Facts) => string, chance: () => number): Bus[] {
  const count = Math.max(1, Math.min(6, Math.round(containers / 7) + 1));
  const buses: Bus[] = [];
  for (let at = 0; at < count; at++) {
    const name = at === 0 ? "bridge" : `${PROJECTS[(at - 1) % PROJECTS.length]}_${at % 2 === 1 ? "frontend" : "backend"}`;
    const bridge = at === 0 ? "docker0" : `br-${Math.floor(chance() * 0xffffff).toString(16).padStart(6, "0")}${at}`;
    const bus = { id: `${id}.w.net${at}000000000000`, name, subnet: 17 + at, bridge, driver: "bridge", taken: 0 };
    built.node(bus.id, "network", name, id, id, at, "up", {
      driver: "bridge", internal: at % 3 === 2, bridge, subnets: [{ subnet: `172.${17 + at}.0.0/24`, gateway: `172.${17 + at}.0.1`, used: Math.round(chance() * 90), size: 254 }],
    });
    const own = device("bridge", bridge, { addresses: [`172.${17 + at}.0.1/24`] });
    built.edge(`${own}.impl`, "implements", own, bus.id);
    buses.push(bus);
  }
  return buses;
}

function container(
  built: Builder, chance: () => number, host: string, index: number, buses: Bus[], slots: Map<string, number>,
  device: (kind: string, label: string, facts: Facts) => string, overlay: string | null,
): void {
  const key = (index + 1).toString(16).padStart(16, "0");
  const id = `${host}.c.${key}`;
  const cookie = (index + 16).toString(16);
  const service = SERVICES[index % SERVICES.length] as string;
  const dice = chance();
  const mode = dice < 0.03 ? "host" : dice < 0.05 ? "none" : "";
  const bus = buses[Math.min(buses.length - 1, Math.floor(chance() * chance() * 1.6 * buses.length))] as Bus;
  const health = chance();
  const state: State = health < 0.012 ? "down" : health < 0.03 ? "degraded" : health < 0.06 ? "stopped" : health < 0.07 ? "paused" : "up";
  const group = mode || bus.id;
  const slot = slots.get(group) ?? 0;
  slots.set(group, slot + 1);
  const space = mode === "host" ? `${host}.n.b.1` : built.node(`${host}.n.b.${cookie}`, "namespace", service, host, host, index + 1, "up", { inode: 4026532000 + index, docker: true, is_host: false, names: [] });
  built.node(id, "container", `${service}-${1 + Math.floor(index / SERVICES.length)}`, host, space, slot, state, {
    image: IMAGES[index % IMAGES.length] as string, state: "running", primary: mode === "" ? bus.id : null, network_mode: mode || bus.name,
    project: PROJECTS[index % 5] as string, ports: index % 9 === 0 ? [{ host_ip: "0.0.0.0", host_port: 8000 + index, container_port: 80, protocol: "tcp" }] : [],
    command: `/usr/bin/${service} --serve`,
  }, space);
  if (mode === "host") return;
  built.node(`${host}.d.b.${cookie}.1`, "loopback", "lo", host, space, 0, "up", { ifindex: 1, up: true }, space);
  if (mode === "none") return;
  attachTo(built, host, id, space, cookie, bus, 2, device, state);
  if (chance() < 0.12 && buses.length > 2) {
    const other = buses[(buses.indexOf(bus) + 1 + Math.floor(chance() * (buses.length - 1))) % buses.length] as Bus;
    if (other !== bus) attachTo(built, host, id, space, cookie, other, 3, device, state);
  }
  if (overlay !== null && index === 0) built.edge(`${id}.e.mesh`, "endpoint", id, overlay, { address: "10.0.9.7/24", mac: "" });
}

function attachTo(
  built: Builder, host: string, container: string, space: string, cookie: string, bus: Bus, ifindex: number,
  device: (kind: string, label: string, facts: Facts) => string, state: State,
): void {
  const number = ++bus.taken + 1;
  const address = bus.subnet < 0 ? `10.20.0.${191 + number}/26` : `172.${bus.subnet}.0.${number}/24`;
  const mac = `02:42:${bus.subnet & 255}:00:${(number >> 8).toString(16)}:${(number & 255).toString(16)}`;
  const kind = bus.driver === "macvlan" ? "macvlan" : "veth";
  const inner = built.node(`${host}.d.b.${cookie}.${ifindex}`, kind, `eth${ifindex - 2}`, host, space, ifindex - 1, state === "down" ? "down" : "up", { ifindex, mac, up: true, addresses: [address] }, space);
  built.edge(`${container}.e.${bus.id.split(".")[2]}`, "endpoint", container, bus.id, { address, mac, aliases: [], gateway: "" });
  if (kind !== "veth") return;
  const outer = device("veth", `veth${cookie}${ifindex}a`, { master: bus.bridge });
  const [first, second] = [inner, outer].sort() as [string, string];
  built.edge(`${first}.peer`, "peer", first, second, {}, "IFLA_LINK both ways");
  const bridge = built.nodes.find((node) => node.host === host && node.kind === "bridge" && node.name === bus.bridge);
  if (bridge !== undefined) built.edge(`${outer}.port`, "port", outer, bridge.id);
}

function spaces(built: Builder, host: string, device: (kind: string, label: string, facts: Facts) => string, at: number): void {
  if (at % 4 !== 0) return;
  const vpn = built.node(`${host}.n.b.f1`, "namespace", "vpn", host, host, 0, "up", { inode: 4026533001, names: ["/run/netns/vpn"], docker: false, commands: [] });
  built.node(`${host}.d.b.f1.1`, "loopback", "lo", host, vpn, 0, "up", { ifindex: 1, up: true }, vpn);
  built.node(`${host}.d.b.f1.2`, "wireguard", "wg0", host, vpn, 1, "up", { ifindex: 2, up: true }, vpn);
  const inner = built.node(`${host}.d.b.f1.3`, "veth", "veth-vpn", host, vpn, 2, "up", { ifindex: 3, up: true }, vpn);
  const outer = device("veth", "vpn-host", {});
  built.edge(`${inner}.peer`, "peer", inner, outer, {}, "IFLA_LINK both ways");
  const nameless = built.node(`${host}.n.b.f2`, "namespace", "", host, host, 1, "up", { inode: 4026533002, names: [], pids: [4121], commands: ["sleep"], docker: false });
  const lone = built.node(`${host}.d.b.f2.2`, "veth", "eth0", host, nameless, 0, "up", { ifindex: 2, up: true }, nameless);
  built.edges.push({ id: `${lone}.peer`, kind: "peer", source: lone, target: null, certain: false, evidence: "", facts: {}, candidates: [inner, outer] });
}
