/** The commands that show the same by hand. Pure. Names are quoted for a shell: a stranger chose them. */

import { classOf, containersIn, number, outgoing, text, texts } from "../facts";
import type { GraphView } from "../model";
import type { Node } from "../wire";

/** A word as a POSIX shell takes it literally. */
export function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replace(/'/g, "'\\''")}'`;
}

/** What to put before a command so that it runs in a namespace; null where nothing leads there. */
export function enter(graph: GraphView, namespace: Node | undefined): string | null {
  if (!namespace) return null;
  if (namespace.facts["is_host"] === true) return "";
  const path = texts(namespace.facts, "names").find((name) => name.startsWith("/"));
  const pids = namespace.facts["pids"];
  const pid = Array.isArray(pids) ? pids.find((item): item is number => typeof item === "number") : undefined;
  const container = containersIn(graph, namespace.id)[0];
  const containerPid = container ? number(container.facts, "pid") : null;
  if (containerPid) return `nsenter -t ${containerPid} -n `;
  if (pid) return `nsenter -t ${pid} -n `;
  return path ? `nsenter --net=${quote(path)} ` : null;
}

function ofDevice(graph: GraphView, device: Node): string[] {
  const before = enter(graph, device.namespace ? graph.nodes.get(device.namespace) : undefined);
  if (before === null) return [];
  const name = quote(device.name);
  const commands = [`${before}ip -d addr show dev ${name}`];
  if (device.kind === "bridge") commands.push(`${before}ip -br link show master ${name}`, `${before}bridge fdb show br ${name}`);
  else if (device.kind === "vxlan") commands.push(`${before}bridge fdb show dev ${name}`);
  else commands.push(`${before}ip -s link show dev ${name}`);
  commands.push(`${before}ip neigh show dev ${name}`);
  return commands;
}

function ofNetwork(network: Node): string[] {
  const id = text(network.facts, "id").slice(0, 12) || quote(network.name);
  const commands = [`docker network inspect ${id}`];
  const bridge = text(network.facts, "bridge");
  if (bridge) commands.push(`ip -br link show master ${quote(bridge)}`, `bridge fdb show br ${quote(bridge)}`, `nft list ruleset | grep ${quote(bridge)}`);
  const parent = text(network.facts, "parent");
  if (parent) commands.push(`ip -d link show dev ${quote(parent)}`);
  if (text(network.facts, "driver") === "overlay") commands.push(`docker network inspect -v ${id}`);
  return commands;
}

function ofContainer(graph: GraphView, container: Node): string[] {
  const id = text(container.facts, "id").slice(0, 12);
  const commands = [`docker inspect ${id}`, `docker port ${id}`];
  const pid = number(container.facts, "pid");
  if (pid) commands.push(`nsenter -t ${pid} -n ip -d addr`, `nsenter -t ${pid} -n ip route`, `nsenter -t ${pid} -n ss -tulpn`);
  if (outgoing(graph, container.id, "endpoint").length === 0) return commands.filter((line) => !line.startsWith("docker port"));
  return commands;
}

/** Commands for any node, to be run as root on its host. */
export function commandsFor(graph: GraphView, node: Node): string[] {
  switch (classOf(node)) {
    case "container":
      return ofContainer(graph, node);
    case "network":
      return ofNetwork(node);
    case "namespace": {
      const before = enter(graph, node);
      return before === null ? ["lsns -t net"] : ["lsns -t net", `${before}ip -d addr`, `${before}ip route show table all`, `${before}ip rule`];
    }
    case "host":
      return ["docker info", "docker network ls", "lsns -t net", "ip -br addr", "ip -d -j link", "nft list ruleset"];
    default:
      return ofDevice(graph, node);
  }
}
