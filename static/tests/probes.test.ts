/** What the board concludes of traffic, monitors and sweeps: figures, widths, lines, signs, the map of a range. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { SweepState } from "../src/sweep/state";
import { looks } from "../src/traffic/looks";
import { amount, latency, widthOf } from "../src/traffic/rates";
import { line, Series } from "../src/traffic/series";
import type { Edge, Node, Reached, SweepProgress, SweepRow } from "../src/wire";
import { Store } from "../src/store";

const plain = String;

test("amounts have decimal prefixes and two digits that count", () => {
  const said = [0, 9.94, 999, 999.6, 1_234, 98_765, 1_000_000, 12_345_678, 9.99e14].map((bytes) => amount(bytes, plain));
  assert.deepEqual(said, ["0 B/s", "9.9 B/s", "999 B/s", "1 kB/s", "1.2 kB/s", "99 kB/s", "1 MB/s", "12 MB/s", "999 TB/s"]);
  assert.deepEqual([85.4, 999.6, 12_345].map((us) => latency(us, plain)), ["85 µs", "1 ms", "12 ms"]);
});

test("a rail grows with what passes, never beyond its limit, and below a kilobyte not at all", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1e13, noNaN: true }), fc.double({ min: 0, max: 1e13, noNaN: true }), (a, b) => {
    assert.ok(widthOf(Math.min(a, b)) <= widthOf(Math.max(a, b)));
    assert.ok(widthOf(a) <= 6.25);
  }));
  assert.equal(widthOf(999), 0);
  assert.ok(widthOf(1000) > 1);
});

test("what the server kept stands before what came since, each moment once", () => {
  const series = new Series();
  series.push(3_000, 30, 3);
  series.push(3_000, 99, 9);
  series.recall({ at: [1, 2, 3].map((second) => new Date(second * 1000).toISOString()), items: [{ device: "d", rx_bytes: [10, 20, 30], tx_bytes: [1, 2, 3] }] }, "d");
  series.push(4_000, 40, 4);
  assert.deepEqual([series.at, series.received, series.sent], [[1_000, 2_000, 3_000, 4_000], [10, 20, 30, 40], [1, 2, 3, 4]]);
  assert.equal(line(series.at, [0, 10, 20, 40], 40, 60, 21), "M57.0 21.0L58.0 16.0L59.0 11.0L60.0 1.0");
  assert.equal(line([1], [1], 1, 60, 21), "", "one sample is no line");
});

function node(id: string, kind: string, part: Partial<Node> = {}): Node {
  return { id, kind, name: id, host: "h1", namespace: null, parent: "h1", slot: 0, state: "up", warnings: [], facts: {}, ...part };
}

function edge(id: string, kind: Edge["kind"], source: string, target: string, facts: Edge["facts"] = {}): Edge {
  return { id, kind, source, target, certain: true, evidence: "test", facts };
}

/** net ◄─e─ c (eth0), other ◄─o─ c */
function graph(): Store {
  const store = new Store();
  store.apply({
    type: "snapshot", detail: "full", cursor: { h1: { epoch: "1-a", seq: 0 } }, generated_at: "2026-01-01T00:00:00.000Z",
    nodes: [node("h1", "host", { parent: null }), node("net", "network"), node("other", "network"), node("space", "namespace"), node("c", "container", { namespace: "space", parent: "space" }),
      node("eth0", "veth", { namespace: "space", parent: "space", facts: { ifindex: 2, mac: "02:42:00:00:00:02" } })],
    edges: [edge("e", "endpoint", "c", "net", { address: "10.0.0.2/24", mac: "02:42:00:00:00:02" }), edge("o", "endpoint", "c", "other", { address: "10.1.0.2/24" })],
  });
  return store;
}

function reached(state: Reached["state"], part: Partial<Reached> = {}): Reached {
  return { monitor: 0, key: "c", kind: "gateway", state, since: "2026-01-01T00:00:00.000Z", loss: 0, rtt_us: 50, source: "c", target: null, network: "net", ...part };
}

test("monitors that are content leave a rail its colour; the worst that is said of it shows, as wide as its traffic", () => {
  const busy = new Map([["eth0", [1, 1, 1_000_000, 0, 0, 0, 0, 0]], ["veth", [0, 0, 10, 0, 0, 0, 0, 0]]]);
  const quiet = looks(graph(), busy, [reached("up")]);
  assert.deepEqual([...quiet.keys()], ["eth0"]);
  assert.equal(quiet.get("eth0")?.tone, undefined);
  const wrong = looks(graph(), busy, [reached("down", { monitor: 7 }), reached("up"), reached("degraded", { monitor: 8 })]);
  assert.equal(wrong.get("e")?.tone, "bad");
  assert.ok((wrong.get("e")?.width ?? 0) >= widthOf(1_000_000));
  assert.equal(wrong.get("o"), undefined, "another network's rail is not meant");
  assert.equal(looks(graph(), new Map([["eth0", [1, 1, 1, 1, 0, 0, 2, 0]]]), []).get("eth0")?.tone, "warn", "drops show");
});

function row(address: string, part: Partial<SweepRow> = {}): SweepRow {
  return { address, alive: true, kind: "endpoint", container: "c", rtt_us: 80, code: "", params: {}, ...part };
}

function frame(part: Partial<SweepProgress>): SweepProgress {
  return { type: "sweep", id: "s", host: "h1", network: "net", cidr: "10.0.0.0/24", state: "running", asked: 0, total: 254, alive: 0, results: [], error: null, ...part };
}

test("a sweep paints what answered and what is silent, where it hangs on the network that is swept", () => {
  const sweep = new SweepState(frame({ results: [row("10.0.0.2")] }));
  assert.deepEqual([...sweep.paint(graph()).edges.keys()], ["e"]);
  assert.equal(sweep.paint(graph()).nodes.get("c")?.tone, "good");
  sweep.take(frame({ results: [row("10.0.0.2", { alive: false, kind: "silent", code: "filtered" })] }));
  const { nodes, edges } = sweep.paint(graph());
  assert.deepEqual([nodes.get("c")?.glyph, edges.get("e")?.tone, edges.get("e")?.dashed], ["cross", "bad", true]);
  assert.equal(sweep.with("silent").length, 1);
});

test("an end is not undone by a frame that was overtaken, whose rows still count", () => {
  const sweep = new SweepState(frame({ state: "done", asked: 254 }));
  sweep.take(frame({ asked: 100, results: [row("10.0.0.9", { container: null, kind: "stranger" })] }));
  assert.deepEqual([sweep.frame.state, sweep.frame.asked, sweep.with("stranger").length], ["done", 254, 1]);
});

test("the map shows each address of a small range, the worst of several of a large one, and none of IPv6", () => {
  const small = new SweepState(frame({ asked: 127, results: [row("10.0.0.2"), row("10.0.0.200", { alive: false, kind: "silent" })] })).cells();
  assert.equal(small.length, 256);
  assert.deepEqual([small[0], small[2], small[126], small[130], small[200]], [1, 2, 1, 0, 5]);
  const large = new SweepState(frame({ cidr: "10.0.0.0/16", total: 65_534, results: [row("10.0.7.2"), row("10.0.7.3", { alive: false, kind: "silent" }), row("10.1.0.1")] })).cells();
  assert.equal(large.length, 256);
  assert.deepEqual([large[7], large.filter((cell) => cell > 0).length], [5, 1], "what lies outside the range has no cell");
  assert.deepEqual(new SweepState(frame({ cidr: "fd00::/64" })).cells(), []);
});
