/**
 * The filter language: words joined by "and".
 *
 *     net:web state:down host:h1 kind:veth 10.0.0.0/24 port:443 label:team=a image:nginx mac:02:42 -state:up name
 *
 * A bare address or CIDR matches what has an address in it; any other bare word is looked for in names, addresses, MACs,
 * images, labels and ports. `-` before a word turns it round. Values with spaces stand in double quotes. Pure.
 */

import { addressesOf, classOf, containersIn, faulty, objects, number, object, peerOf, text, texts } from "./facts";
import type { GraphView } from "./model";
import { holds, parsePrefix, type Prefix } from "./net";
import type { Node } from "./wire";

export const KEYS = ["net", "state", "host", "kind", "driver", "port", "label", "image", "mac", "name", "ip", "project", "is"] as const;
export type Key = (typeof KEYS)[number];

const STATES = ["up", "down", "degraded", "paused", "stopped", "unknown"];
const IS = ["fault", "exposed", "undecided", "external"];

export interface Term {
  readonly key: Key | "";
  readonly value: string;
  readonly not: boolean;
  readonly prefix: Prefix | null;
}

/** What is wrong with a filter: a code for `words`, with what it is about. */
export interface FilterError {
  readonly code: "filter_key" | "filter_empty" | "filter_state" | "filter_address" | "filter_port" | "filter_quote" | "filter_is";
  readonly word: string;
}

export interface Filter {
  readonly terms: readonly Term[];
  readonly errors: readonly FilterError[];
}

function isKey(word: string): word is Key {
  return (KEYS as readonly string[]).includes(word);
}

/** Split at spaces outside double quotes; an open quote is told. */
function split(input: string): { words: string[]; open: string | null } {
  const words: string[] = [];
  let word = "";
  let quoted = false;
  for (const char of input) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(char)) {
      if (word) words.push(word);
      word = "";
    } else word += char;
  }
  if (word) words.push(word);
  return { words, open: quoted ? word : null };
}

function check(key: Key | "", value: string): FilterError["code"] | null {
  if (value === "") return "filter_empty";
  if (key === "state" && !STATES.includes(value)) return "filter_state";
  if (key === "is" && !IS.includes(value)) return "filter_is";
  if (key === "ip" && !parsePrefix(value)) return "filter_address";
  if (key === "port" && !(/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65535)) return "filter_port";
  if (key === "" && /^[\d.]+\/\d*$/.test(value) && !parsePrefix(value)) return "filter_address";
  return null;
}

/** Never throws: what cannot be understood is in `errors` and takes no part. */
export function parse(input: string): Filter {
  const { words, open } = split(input);
  const terms: Term[] = [];
  const errors: FilterError[] = [];
  if (open !== null) errors.push({ code: "filter_quote", word: open });
  for (const word of words) {
    const not = word.startsWith("-") && word.length > 1;
    const rest = not ? word.slice(1) : word;
    const colon = rest.indexOf(":");
    const head = colon > 0 ? rest.slice(0, colon).toLowerCase() : "";
    const known = isKey(head);
    if (head && !known && /^[a-z]+$/.test(head) && !/^[0-9a-f]{1,4}$/.test(head)) {
      errors.push({ code: "filter_key", word: head });
      continue;
    }
    const key = known ? head : "";
    const value = (known ? rest.slice(colon + 1) : rest).toLowerCase();
    const code = check(key, value);
    if (code) errors.push({ code, word: value || head });
    else terms.push({ key, value, not, prefix: key === "" || key === "ip" ? parsePrefix(value) : null });
  }
  return { terms, errors };
}

function includes(word: string, value: string): boolean {
  return word.toLowerCase().includes(value);
}

/** Everything of a node that a bare word is looked for in, most telling first. */
export function wordsOf(graph: GraphView, node: Node): string[] {
  const facts = node.facts;
  const words = [node.name, text(facts, "title"), ...addressesOf(graph, node), text(facts, "mac"), text(facts, "image"), text(facts, "alias"),
    ...texts(facts, "altnames"), ...texts(facts, "names"), text(facts, "id"), text(facts, "driver"), text(facts, "project")];
  for (const [key, value] of Object.entries(object(facts["labels"]))) words.push(`${key}=${String(value)}`);
  for (const port of objects(facts, "ports")) words.push(text(port, "host_port"), text(port, "container_port"));
  if (node.kind === "container") {
    for (const edge of graph.edgesOf(node.id)) if (edge.kind === "endpoint") words.push(text(edge.facts, "mac"), ...texts(edge.facts, "aliases"));
  }
  return words.filter((word) => word !== "");
}

/** Names of the networks that a node has to do with: its own, its endpoints', or those of its container or bridge. */
function networksOf(graph: GraphView, node: Node): string[] {
  if (node.kind === "network") return [node.name, text(node.facts, "id")];
  const names: string[] = [];
  const add = (id: string | null): void => {
    const network = id === null ? undefined : graph.nodes.get(id);
    if (network?.kind === "network") names.push(network.name, text(network.facts, "id"));
  };
  const through = (id: string): void => {
    for (const edge of graph.edgesOf(id)) if ((edge.kind === "endpoint" || edge.kind === "implements") && edge.source === id) add(edge.target);
  };
  through(node.id);
  if (classOf(node) === "device") {
    for (const edge of graph.edgesOf(node.id)) if (edge.kind === "port" && edge.source === node.id && edge.target) through(edge.target);
    const far = peerOf(graph, node);
    if (far) for (const edge of graph.edgesOf(far.id)) if (edge.kind === "port" && edge.source === far.id && edge.target) through(edge.target);
  }
  return names;
}

function portsOf(graph: GraphView, node: Node): number[] {
  const found: number[] = [];
  for (const edge of graph.edgesOf(node.id)) {
    if (edge.kind !== "publishes") continue;
    for (const key of ["host_port", "container_port"]) {
      const port = number(edge.facts, key);
      if (port !== null) found.push(port);
    }
  }
  for (const port of objects(node.facts, "ports")) {
    for (const key of ["host_port", "container_port"]) {
      const value = number(port, key);
      if (value !== null) found.push(value);
    }
  }
  return found;
}

function labelled(node: Node, value: string): boolean {
  const labels = Object.entries(object(node.facts["labels"]));
  const [key = "", wanted] = value.split(/=(.*)/s);
  return labels.some(([name, held]) => name.toLowerCase() === key && (wanted === undefined || String(held).toLowerCase() === wanted));
}

function within(graph: GraphView, node: Node, prefix: Prefix): boolean {
  return addressesOf(graph, node).some((word) => {
    const address = parsePrefix(word);
    if (!address) return false;
    return holds(prefix, address) || (node.kind === "network" && holds(address, prefix));
  });
}

function is(graph: GraphView, node: Node, value: string): boolean {
  switch (value) {
    case "fault":
      return faulty(node);
    case "exposed":
      return node.kind === "container" && graph.edgesOf(node.id).some((edge) => edge.kind === "publishes" && edge.target === node.id);
    case "undecided":
      return graph.edgesOf(node.id).some((edge) => !edge.certain || edge.target === null);
    default:
      return node.kind === "namespace" && node.facts["docker"] !== true && node.facts["is_host"] !== true;
  }
}

function matchesTerm(graph: GraphView, node: Node, term: Term): boolean {
  const { key, value, prefix } = term;
  switch (key) {
    case "net":
      return networksOf(graph, node).some((name) => includes(name, value));
    case "state":
      return node.state === value;
    case "host": {
      const host = node.host ? graph.nodes.get(node.host) : undefined;
      return includes(node.host ?? "", value) || includes(host?.name ?? "", value) || includes(host ? text(host.facts, "title") : "", value);
    }
    case "kind":
      return node.kind === value || (value === "device" && classOf(node) === "device");
    case "driver":
      return text(node.facts, "driver") === value;
    case "port":
      return portsOf(graph, node).includes(Number(value));
    case "label":
      return labelled(node, value);
    case "image":
    case "project":
      return includes(text(node.facts, key), value);
    case "mac":
      return wordsOf(graph, node).some((word) => /^([0-9a-f]{2}:){5}/i.test(word) && includes(word, value));
    case "name":
      return includes(node.name, value);
    case "is":
      return is(graph, node, value);
    default:
      return prefix ? within(graph, node, prefix) : wordsOf(graph, node).some((word) => includes(word, value));
  }
}

export function matches(graph: GraphView, node: Node, filter: Filter): boolean {
  return filter.terms.every((term) => matchesTerm(graph, node, term) !== term.not);
}

/** Ids of the nodes that match, and of what contains them; null where the filter asks for nothing. */
export function select(graph: GraphView, filter: Filter): { shown: Set<string>; hits: number } | null {
  if (filter.terms.length === 0) return null;
  const shown = new Set<string>();
  let hits = 0;
  for (const node of graph.nodes.values()) {
    if (!matches(graph, node, filter)) continue;
    hits += 1;
    shown.add(node.id);
    if (node.kind === "container" || classOf(node) === "device") {
      for (const holder of [node.host, ...containersIn(graph, classOf(node) === "device" ? node.namespace : null).map((item) => item.id)]) {
        if (holder) shown.add(holder);
      }
    }
    if (node.kind === "network" && node.host) shown.add(node.host);
  }
  return { shown, hits };
}
