/** What the page concludes without a DOM: the store's sequence of frames, the filter language, finding, links, commands. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parse, select } from "../src/filter";
import { find } from "../src/finder";
import { commandsFor, quote } from "../src/inspector/commands";
import { addressAt, holds, parsePrefix } from "../src/net";
import { Store } from "../src/store";
import { flatten, group, path } from "../src/tree/rows";
import { read, write } from "../src/view";
import type { Delta, Edge, Node, Snapshot } from "../src/wire";

const EPOCH = "1-a";

function node(id: string, kind: string, part: Partial<Node> = {}): Node {
  return { id, kind, name: id.split(".").pop() ?? id, host: "h1", namespace: null, parent: kind === "host" ? null : "h1", slot: 0, state: "up", warnings: [], facts: {}, ...part };
}

function edge(id: string, kind: Edge["kind"], source: string, target: string | null, facts: Edge["facts"] = {}): Edge {
  return { id, kind, source, target, certain: target !== null, evidence: "test", facts };
}

function snapshot(nodes: Node[], edges: Edge[] = [], seq = 0): Snapshot {
  return { type: "snapshot", detail: "full", cursor: { h1: { epoch: EPOCH, seq } }, generated_at: "2026-01-01T00:00:00.000Z", nodes, edges };
}

function delta(base: number, seq: number, part: { nodes?: Node[]; edges?: Edge[]; gone?: string[]; cut?: string[]; epoch?: string }): Delta {
  return {
    type: "delta", host: "h1", epoch: part.epoch ?? EPOCH, base, seq, at: "2026-01-01T00:00:01.000Z",
    upsert: { nodes: part.nodes ?? [], edges: part.edges ?? [] }, remove: { nodes: part.gone ?? [], edges: part.cut ?? [] },
  };
}

function state(store: Store): string {
  return JSON.stringify([[...store.nodes.values()].sort((a, b) => a.id.localeCompare(b.id)), [...store.edges.values()].sort((a, b) => a.id.localeCompare(b.id))]);
}

/** h1 ── net w.front (bridge) ── c.web (eth0 #41 ── veth1 #42 on the host), published :443 */
function small(): Store {
  const store = new Store();
  store.apply(snapshot([
    node("h1", "host", { facts: { title: "one" } }),
    node("h1.n.host", "namespace", { facts: { is_host: true } }),
    node("h1.n.web", "namespace", { facts: { docker: true, pids: [4127] } }),
    node("h1.w.front", "network", { facts: { driver: "bridge", bridge: "br-1", id: "f".repeat(64), subnets: [{ subnet: "10.0.0.0/24" }] } }),
    node("h1.c.web", "container", { namespace: "h1.n.web", parent: "h1.n.web", facts: { primary: "h1.w.front", image: "nginx:1.27", id: "a".repeat(64), pid: 4127, labels: { team: "a" } } }),
    node("h1.d.web.41", "veth", { name: "eth0", namespace: "h1.n.web", parent: "h1.n.web", facts: { ifindex: 41, mac: "02:42:00:00:00:04", addresses: ["10.0.0.4/24"] } }),
    node("h1.d.host.42", "veth", { name: "veth1", namespace: "h1.n.host", parent: "h1.n.host", state: "down", facts: { ifindex: 42 } }),
    node("h1.d.host.9", "bridge", { name: "br-1", namespace: "h1.n.host", parent: "h1.n.host", facts: { ifindex: 9 } }),
  ], [
    edge("port", "port", "h1.d.host.42", "h1.d.host.9"),
    edge("impl", "implements", "h1.d.host.9", "h1.w.front"),
    edge("h1.c.web.e.front", "endpoint", "h1.c.web", "h1.w.front", { address: "10.0.0.4/24", mac: "02:42:00:00:00:04", aliases: ["www"] }),
    edge("h1.c.web.p.443", "publishes", "h1", "h1.c.web", { host_ip: "0.0.0.0", host_port: 443, container_port: 8443, protocol: "tcp" }),
    edge("pair", "peer", "h1.d.host.42", "h1.d.web.41"),
  ]));
  return store;
}

test("a delta applies where its base is the store's position, and not twice", () => {
  const store = new Store();
  store.apply(snapshot([node("h1", "host"), node("h1.c.a", "container")]));
  const step = delta(0, 1, { nodes: [node("h1.c.b", "container")], gone: ["h1.c.a"] });
  const outcome = store.apply(step);
  assert.equal(outcome.kind, "changed");
  assert.deepEqual([...store.nodes.keys()].sort(), ["h1", "h1.c.b"]);
  assert.deepEqual(store.childrenOf("h1"), ["h1.c.b"]);
  assert.equal(store.apply(step).kind, "nothing");
  assert.deepEqual(store.cursor, { h1: { epoch: EPOCH, seq: 1 } });
});

test("a dropped delta, another epoch and an unknown host are gaps, and change nothing", () => {
  const store = new Store();
  store.apply(snapshot([node("h1", "host")]));
  const before = state(store);
  assert.deepEqual(store.apply(delta(1, 2, { gone: ["h1"] })), { kind: "gap", host: "h1" });
  assert.deepEqual(store.apply(delta(0, 1, { gone: ["h1"], epoch: "2-b" })), { kind: "gap", host: "h1" });
  assert.deepEqual(store.apply({ ...delta(0, 1, { gone: ["h1"] }), host: "h2" }), { kind: "gap", host: "h2" });
  assert.equal(state(store), before);
});

test("however deltas are dropped, repeated and reordered: with a snapshot after each gap the store equals the truth", () => {
  const ids = ["h1.c.a", "h1.c.b", "h1.c.c"];
  const change = fc.record({ put: fc.subarray(ids), gone: fc.subarray(ids), name: fc.string({ maxLength: 3 }) });
  fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.array(fc.nat(11), { maxLength: 40 }), (changes, order) => {
    const truth: Store[] = [];
    const deltas: Delta[] = [];
    const whole = new Store();
    whole.apply(snapshot([node("h1", "host")]));
    changes.forEach(({ put, gone, name }, at) => {
      const left = gone.filter((id) => !put.includes(id));
      deltas.push(delta(at, at + 1, { nodes: put.map((id) => node(id, "container", { name })), edges: put.map((id) => edge(`${id}.in`, "contains", "h1", id)), gone: left, cut: left.map((id) => `${id}.in`) }));
      whole.apply(deltas[at] as Delta);
      const copy = new Store();
      copy.apply(snapshot([...whole.nodes.values()], [...whole.edges.values()], at + 1));
      truth.push(copy);
    });
    const store = new Store();
    store.apply(snapshot([node("h1", "host")]));
    let newest = 0;
    for (const place of [...order, changes.length - 1]) {
      const frame = deltas[place];
      if (!frame) continue;
      newest = Math.max(newest, place + 1);
      if (store.apply(frame).kind !== "gap") continue;
      const now = truth[newest - 1] as Store;
      store.apply(snapshot([...now.nodes.values()], [...now.edges.values()], newest));
    }
    assert.equal(state(store), state(truth[(store.cursor["h1"]?.seq ?? 1) - 1] as Store));
    assert.equal(store.cursor["h1"]?.seq, newest);
  }), { numRuns: 200 });
});

test("an undecided edge is found at each candidate, and goes when it is decided", () => {
  const store = new Store();
  const nodes = ["h1.d.a.1", "h1.d.b.1", "h1.d.c.1"].map((id) => node(id, "veth"));
  store.apply(snapshot([node("h1", "host"), ...nodes], [{ ...edge("p", "peer", "h1.d.a.1", null), candidates: ["h1.d.b.1", "h1.d.c.1"] }]));
  assert.equal(store.edgesOf("h1.d.c.1").length, 1);
  store.apply(delta(0, 1, { edges: [edge("p", "peer", "h1.d.a.1", "h1.d.b.1")] }));
  assert.equal(store.edgesOf("h1.d.c.1").length, 0);
  assert.equal(store.edgesOf("h1.d.b.1").length, 1);
});

test("a silent source is kept until it speaks", () => {
  const store = small();
  store.apply({ type: "stale", host: "h1", source: "engine", since: "2026-01-01T00:00:00Z", code: "engine_silent" });
  assert.equal(store.silences.get("h1")?.get("engine")?.code, "engine_silent");
  assert.equal(store.apply({ type: "live", host: "h1", source: "engine" }).kind, "sources");
  assert.equal(store.silences.size, 0);
});

const HITS: readonly (readonly [filter: string, ...ids: string[]])[] = [
  ["net:front kind:container", "h1.c.web"], ["net:front kind:veth", "h1.d.host.42", "h1.d.web.41"], ["state:down", "h1.d.host.42"], ["host:one kind:network", "h1.w.front"],
  ["10.0.0.0/24 kind:container", "h1.c.web"], ["10.0.0.4 kind:veth", "h1.d.web.41"], ["10.0.1.0/24"], ["port:443 kind:container", "h1.c.web"],
  ["label:team=a", "h1.c.web"], ["label:team=b"], ["nginx", "h1.c.web"], ["mac:00:04 kind:veth", "h1.d.web.41"], ["www", "h1.c.web"],
  ["is:exposed", "h1.c.web"], ["kind:container -net:front"], ["\"veth1\"", "h1.d.host.42"], ["driver:bridge", "h1.w.front"],
];

for (const [filter, ...ids] of HITS) {
  test(`filter ${filter} finds ${ids.join(", ") || "nothing"}`, () => {
    const store = small();
    const { terms, errors } = parse(filter);
    assert.deepEqual(errors, []);
    const found = select(store, { terms, errors });
    assert.equal(found?.hits, ids.length);
    for (const id of ids) assert.ok(found?.shown.has(id), id);
  });
}

test("what a filter does not understand is told by code and takes no part", () => {
  const codes = ["netz:web", "state:broken", "port:99999", "10.0.0.300/24", "net:", "\"open", "is:odd"].map((filter) => parse(filter).errors[0]?.code);
  assert.deepEqual(codes, ["filter_key", "filter_state", "filter_port", "filter_address", "filter_empty", "filter_quote", "filter_is"]);
  fc.assert(fc.property(fc.string(), (input) => { select(small(), parse(input)); }), { numRuns: 300 });
});

test("finding puts the exact name first, and tells by which word", () => {
  const store = small();
  assert.equal(find(store, "veth1", 5)[0]?.node.id, "h1.d.host.42");
  assert.deepEqual(find(store, "nginx", 5).map((hit) => [hit.node.id, hit.by]), [["h1.c.web", "nginx:1.27"]]);
});

test("the tree puts a container under its network, its interface under it, and hides its namespace", () => {
  const store = small();
  assert.deepEqual(path(store, "h1.d.web.41"), ["h1", "h1.w.front", "h1.c.web", "h1.d.web.41"]);
  const rows = flatten(group(store), new Set(["h1", "h1.w.front", "h1.c.web", "h1.n.host"]), null);
  assert.deepEqual(rows.map((row) => `${row.level} ${row.id}`), ["1 h1", "2 h1.w.front", "3 h1.c.web", "4 h1.d.web.41", "2 h1.n.host", "3 h1.d.host.9", "3 h1.d.host.42"]);
});

test("a view survives its link, and any fragment can be read", () => {
  const view = { selection: ["h1.c.web"], filter: "net:front -state:up \"a b\"", folded: ["group:h1:shop"], camera: { x: -12, y: 40, scale: 1.25 }, plan: "network.create~h1~{}" };
  assert.deepEqual(read(`#${write(view)}`), view);
  fc.assert(fc.property(fc.string(), (fragment) => { read(fragment); }), { numRuns: 200 });
});

test("prefixes hold what is in them, in both families", () => {
  const within = (outer: string, inner: string): boolean => {
    const [a, b] = [parsePrefix(outer), parsePrefix(inner)];
    return a !== null && b !== null && holds(a, b);
  };
  assert.ok(within("10.0.0.0/8", "10.255.0.1/32"));
  assert.ok(!within("10.0.0.0/24", "10.0.1.0"));
  assert.ok(within("fd00::/8", "fd12:3456::1/64"));
  assert.ok(!within("::/0", "10.0.0.1"));
  assert.ok(within("0.0.0.0/0", "1.2.3.4"));
  for (const bad of ["", "10.0.0", "10.0.0.0/33", "1::2::3", "g::1", "10.0.0.0/24/1", "256.1.1.1"]) assert.equal(parsePrefix(bad), null, bad);
  assert.equal(addressAt(parsePrefix("10.0.0.0/24") ?? assert.fail(), 5), "10.0.0.5");
  assert.equal(addressAt(parsePrefix("fd00::/64") ?? assert.fail(), 2), "fd00::2");
});

test("commands enter the namespace by its process, and a stranger's name cannot leave its quotes", () => {
  const store = small();
  const device = store.nodes.get("h1.d.web.41") ?? assert.fail();
  assert.equal(commandsFor(store, device)[0], "nsenter -t 4127 -n ip -d addr show dev eth0");
  assert.ok(commandsFor(store, store.nodes.get("h1.w.front") ?? assert.fail()).includes("bridge fdb show br br-1"));
  assert.equal(quote("a'; rm -rf / #"), `'a'\\''; rm -rf / #'`);
});
