/** The facts of each class of node, as sections. */

import { h, named } from "../dom";
import { aside, hostName, jump, kindWord } from "../describe";
import { classOf, containersIn, devicesIn, faulty, flag, incoming, interfaceOf, number, object, objects, outgoing, peerOf, text, texts } from "../facts";
import { addressAt, holds, parsePrefix, sizeOf } from "../net";
import type { Edge, Node } from "../wire";
import { count, n, sentence, t, time } from "../words";
import { code, type Context, evidence, exposure, facts, items, lines, relation, type Row, section, table, warnings } from "./parts";

type Part = HTMLElement | null;

function link(context: Context, id: string | null): HTMLElement | null {
  return id ? jump(context.graph.nodes.get(id), id, context.go) : null;
}

/** One attachment: from the network to the wire, with the veth on the host. */
function attachment(context: Context, container: Node, edge: Edge): HTMLElement {
  const { graph } = context;
  const device = interfaceOf(graph, container, edge);
  const peer = device && peerOf(graph, device);
  const pair = device && graph.edgesOf(device.id).find((item) => item.kind === "peer");
  const port = peer && outgoing(graph, peer.id, "port")[0];
  const lower = device && outgoing(graph, device.id, "lower")[0];
  const aliases = texts(edge.facts, "aliases");
  return h("div", { class: "attachment" }, link(context, edge.target), facts([
    [t("address"), code([text(edge.facts, "address"), text(edge.facts, "address6")].filter(Boolean).join(" ")), flag(edge.facts, "static") && ` ${t("static")}`],
    [t("mac"), code(text(edge.facts, "mac") || (device ? text(device.facts, "mac") : ""))],
    [t("gateway"), code(text(edge.facts, "gateway"))],
    [t("aliases"), aliases.length > 0 && named(aliases.join(", "))],
    [t("interface"), device ? link(context, device.id) : null, device ? ` #${number(device.facts, "ifindex") ?? "?"}` : null],
    [t("on_the_host"), peer ? link(context, peer.id) : pair && !peer ? relation(context, pair, device.id) : null, peer ? ` #${number(peer.facts, "ifindex") ?? "?"}` : null],
    [t("kind_bridge"), port ? link(context, port.target) : null],
    [t("lower_device"), lower ? link(context, lower.target) : null],
    [t("evidence"), pair && peer ? evidence(pair) : null],
  ]));
}

function container(context: Context, node: Node): Part[] {
  const { graph } = context;
  const own = facts([
    [t("image"), code(text(node.facts, "image"))],
    [t("engine_state"), [text(node.facts, "state"), text(node.facts, "status")].filter(Boolean).join(", ")],
    [t("network_mode"), code(text(node.facts, "network_mode").slice(0, 60))],
    [t("project"), text(node.facts, "project") && named(text(node.facts, "project"))],
    [t("pid"), code(text(node.facts, "pid"))],
    [t("command"), code(text(node.facts, "command"))],
    [t("namespace"), link(context, node.namespace)],
    [t("engine_id"), code(text(node.facts, "id").slice(0, 12))],
  ]);
  const endpoints = outgoing(graph, node.id, "endpoint");
  const published = incoming(graph, node.id, "publishes");
  const attached = endpoints.map((edge) => attachment(context, node, edge));
  const mode = text(node.facts, "network_mode");
  const none = endpoints.length === 0 && (mode === "host" || mode === "none") ? h("p", {}, t(`learn_driver_${mode}`)) : null;
  const devices = devicesIn(graph, mode === "host" ? null : node.namespace);
  return [
    section(t("networks"), ...attached, none),
    section(t("exposed"), ...published.map(exposure)),
    section(t("facts"), own, table(t("labels"), node.facts["labels"])),
    section(t("interfaces"), items(devices.map((device) => h("div", {}, link(context, device.id), " ", h("small", { class: "quiet" }, aside(graph, device)))))),
  ];
}

/** How full a subnet is, what is taken, what comes next. */
function subnet(context: Context, network: Node, entry: { readonly [key: string]: import("../wire").Json }): HTMLElement {
  const cidr = text(entry, "subnet");
  const prefix = parsePrefix(cidr);
  const taken = new Set(incoming(context.graph, network.id, "endpoint")
    .flatMap((edge) => [text(edge.facts, "address"), text(edge.facts, "address6")]).map((word) => word.split("/")[0] ?? "")
    .filter((word) => { const address = parsePrefix(word); return address && prefix && holds(prefix, address); }));
  const gateway = text(entry, "gateway").split("/")[0] ?? "";
  if (gateway) taken.add(gateway);
  const usable = number(entry, "size") ?? (prefix ? sizeOf(prefix) : 0);
  const used = Math.max(number(entry, "used") ?? 0, taken.size);
  let next = "";
  for (let at = 1; prefix && at <= Math.min(usable, 70_000) && !next; at += 1) if (!taken.has(addressAt(prefix, at))) next = addressAt(prefix, at);
  const meter = h("meter", { min: 0, max: Math.max(usable, 1), value: Math.min(used, usable), "aria-label": t("used_of", { used, size: usable }) });
  return h("div", { class: "attachment" }, code(cidr), meter, facts([
    [t("used"), t("used_of", { used, size: usable })],
    [t("free"), count(Math.max(usable - used, 0))],
    [t("gateway"), code(gateway)],
    [t("ip_range"), code(text(entry, "ip_range"))],
    [t("next_free"), code(next)],
  ]));
}

function network(context: Context, node: Node): Part[] {
  const { graph } = context;
  const ends = incoming(graph, node.id, "endpoint");
  const members = ends.map((edge) => ({ edge, node: graph.nodes.get(edge.source), address: text(edge.facts, "address") }))
    .sort((a, b) => a.address.localeCompare(b.address, "en", { numeric: true }));
  const devices = incoming(graph, node.id, "implements");
  const owner = object(node.facts["owner"]);
  return [
    section(t("addresses"), ...objects(node.facts, "subnets").map((entry) => subnet(context, node, entry))),
    section(t("facts"), facts([
      [t("driver"), code(text(node.facts, "driver"))],
      [t("scope"), text(node.facts, "scope")],
      [t("internal"), flag(node.facts, "internal") && t("internal_yes")],
      [t("owner"), text(owner, "name") && named(`${text(owner, "kind")} ${text(owner, "name")}`)],
      [t("bridge_device"), code(text(node.facts, "bridge"))],
      [t("lower_device"), code(text(node.facts, "parent"))],
      [t("engine_id"), code(text(node.facts, "id").slice(0, 12))],
    ]), table(t("options"), node.facts["options"]), table(t("labels"), node.facts["labels"])),
    section(t("carried_by"), items(devices.map((edge) => relation(context, edge, node.id))),
      items(devices.flatMap((edge) => [...outgoing(graph, edge.source, "lower"), ...outgoing(graph, edge.source, "underlay")]).map((edge) => relation(context, edge, edge.source)))),
    section(n("containers", members.length), items(members.map(({ edge, address }) => h("div", { class: "member" }, link(context, edge.source), code(address))))),
  ];
}

const RELATIONS: readonly Edge["kind"][] = ["peer", "port", "lower", "underlay", "implements"];

function device(context: Context, node: Node): Part[] {
  const { graph } = context;
  const near = containersIn(graph, node.namespace);
  const peer = peerOf(graph, node);
  const far = peer ? containersIn(graph, peer.namespace) : [];
  const belongs = near.length > 0 && graph.nodes.get(node.namespace ?? "")?.facts["is_host"] !== true ? near : far;
  const isHostFar = peer && graph.nodes.get(peer.namespace ?? "")?.facts["is_host"] === true && belongs === far;
  const edges = graph.edgesOf(node.id);
  const related = RELATIONS.flatMap((kind) => {
    const out = edges.filter((edge) => edge.kind === kind && (edge.source === node.id || (kind === "peer" && edge.target === node.id) || (edge.candidates ?? []).includes(node.id)));
    const back = kind === "peer" ? [] : edges.filter((edge) => edge.kind === kind && edge.target === node.id);
    return [
      section(t(`rel_${kind}`), items(out.map((edge) => relation(context, edge, node.id)))),
      section(t(`rel_${kind}_back`), items(back.map((edge) => relation(context, edge, node.id)))),
    ];
  });
  const detail = Object.entries(object(node.facts["detail"])).map(([key, value]): Row => [key, code(typeof value === "string" ? value : JSON.stringify(value))]);
  return [
    isHostFar ? null : section(t("belongs_to"), items(belongs.map((item) => link(context, item.id)))),
    section(t("facts"), facts([
      [t("addresses"), ...texts(node.facts, "addresses").map((address) => h("div", {}, code(address)))],
      [t("mac"), code(text(node.facts, "mac"))],
      [t("ifindex"), code(text(node.facts, "ifindex"))],
      [t("mtu"), code(text(node.facts, "mtu"))],
      [t("switched"), t(flag(node.facts, "up") ? "switched_on" : "switched_off")],
      [t("carrier"), t(flag(node.facts, "carrier") ? "carrier_yes" : "carrier_no")],
      [t("operstate"), code(text(node.facts, "operstate"))],
      [t("alias"), code(text(node.facts, "alias"))],
      [t("altnames"), code(texts(node.facts, "altnames").join(" "))],
      [t("namespace"), link(context, node.namespace)],
      ...detail,
    ])),
    ...related,
  ];
}

/** A route or rule as `ip` would write it. */
function line(entry: { readonly [key: string]: import("../wire").Json }): string {
  const words: string[] = [];
  const put = (before: string, key: string): void => { const value = text(entry, key); if (value && value !== "0") words.push(`${before}${value}`); };
  if (entry["priority"] !== undefined) {
    words.push(`${text(entry, "priority")}:`, `from ${text(entry, "source") || "all"}`);
    put("to ", "destination"); put("fwmark ", "mark"); put("iif ", "iif"); put("oif ", "oif"); put("", "action"); put("table ", "table");
    return words.join(" ");
  }
  const kind = text(entry, "kind");
  if (kind && kind !== "unicast") words.push(kind);
  words.push(text(entry, "destination"));
  put("via ", "gateway"); put("dev #", "oif"); put("table ", "table"); put("proto ", "protocol"); put("src ", "source"); put("metric ", "metric");
  return words.join(" ");
}

function namespace(context: Context, node: Node): Part[] {
  const { graph } = context;
  const commands = texts(node.facts, "commands");
  const holders = (Array.isArray(node.facts["pids"]) ? node.facts["pids"] : []).map((pid, index) => `${String(pid)} ${commands[index] ?? ""}`.trim());
  return [
    section(t("kind_container"), items(containersIn(graph, node.id).map((item) => link(context, item.id)))),
    section(t("interfaces"), items(devicesIn(graph, node.id).map((item) => h("div", {}, link(context, item.id), " ", h("small", { class: "quiet" }, aside(graph, item)))), 40)),
    section(t("facts"), facts([
      [t("inode"), code(text(node.facts, "inode"))],
      [t("mounted_at"), ...texts(node.facts, "names").map((name) => h("div", {}, code(name)))],
      [t("held_by"), ...holders.map((holder) => h("div", {}, code(holder)))],
    ]), lines(t("routes"), objects(node.facts, "routes").map(line)), lines(t("rules"), objects(node.facts, "rules").map(line)), table(t("sysctls"), node.facts["sysctls"])),
  ];
}

function host(context: Context, node: Node): Part[] {
  const { graph } = context;
  const engine = object(node.facts["engine"]);
  const children = graph.childrenOf(node.id).map((id) => graph.nodes.get(id)).filter((item): item is Node => item !== undefined);
  const space = children.find((item) => item.kind === "namespace" && item.facts["is_host"] === true);
  const sources = Object.entries(object(node.facts["sources"])).map(([name, value]): Row => {
    const source = object(value);
    const state = text(source, "state");
    const why = text(source, "code");
    return [t(`source_${name}`), `${t(`source_state_${state || "stale"}`)}${state !== "live" && text(source, "since") ? ` · ${time(text(source, "since"))}` : ""}`,
      why ? h("p", { class: "why" }, sentence(why, object(source["params"]))) : null];
  });
  const networks = children.filter((item) => item.kind === "network");
  const wrong = [...graph.nodes.values()].filter((item) => item.host === node.id && item.id !== node.id && faulty(item));
  return [
    section(t("faults"), items(wrong.map((item) => h("div", {}, link(context, item.id), " ", h("small", { class: "quiet" }, kindWord(item)))))),
    section(t("facts"), facts([
      [t("engine"), text(engine, "version") && `Docker ${text(engine, "version")} (API ${text(engine, "api_version")})`],
      [t("kernel"), text(engine, "kernel")],
      [t("operating_system"), text(engine, "operating_system") && named(text(engine, "operating_system"))],
      [t("swarm"), text(engine, "swarm")],
      [t("agent"), text(object(node.facts["agent"]), "version")],
      ...sources,
    ])),
    section(t("uplinks"), items(space ? devicesIn(graph, space.id).filter((item) => item.kind === "nic").map((item) => h("div", {}, link(context, item.id), " ", h("small", { class: "quiet" }, aside(graph, item)))) : [])),
    section(t("networks"), items(networks.map((item) => h("div", {}, link(context, item.id), " ", h("small", { class: "quiet" }, aside(graph, item)))), 20)),
    section(t("namespaces"), items(children.filter((item) => item.kind === "namespace").map((item) => h("div", {}, link(context, item.id), " ", h("small", { class: "quiet" }, aside(graph, item)))))),
  ];
}

/** The sections for a node, without what all have in common. */
export function body(context: Context, node: Node): Part[] {
  const make = { container, network, device, namespace, host }[classOf(node)];
  return [warnings(node), ...make(context, node)];
}

/** `container · h1`, under the name. */
export function subtitle(context: Context, node: Node): string {
  return [kindWord(node), node.kind === "host" ? "" : hostName(context.graph, node)].filter(Boolean).join(" · ");
}
