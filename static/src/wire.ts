// Generated from netboard/core/wire.py by `python -m netboard.boards.wire_types`. Do not edit.

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type State = "up" | "down" | "degraded" | "paused" | "stopped" | "unknown";

export type Detail = "fleet" | "full";

export type SourceName = "observer" | "engine" | "kernel";

export type EdgeKind = "peer" | "port" | "lower" | "underlay" | "implements" | "endpoint" | "contains" | "publishes";

/** A code with its parameters; put into words at the edge. */
export interface Warning {
  code: string;
  params: { [key: string]: Json };
}

/** One thing on the board. `kind`: host, namespace, container, network, or a device's kind in the kernel's word. */
export interface Node {
  id: string;
  kind: string;
  name: string;
  host: string | null;
  /** Of a device and a container: the id of its namespace's node. */
  namespace: string | null;
  /** What contains it: of a device its namespace, of a namespace, network or container without one its host. */
  parent: string | null;
  slot: number;
  state: State;
  warnings: Warning[];
  facts: { [key: string]: Json };
}

/** One relation, with the evidence for it. Undecided, it has no `target` but `candidates`. */
export interface Edge {
  id: string;
  kind: EdgeKind;
  source: string;
  target: string | null;
  certain: boolean;
  evidence: string;
  facts: { [key: string]: Json };
  candidates?: string[];
}

/** Where a reader stands in one host's log. */
export interface Position {
  epoch: string;
  seq: number;
}

export type Cursor = { [key: string]: Position };

/** The answer of `GET topology`. */
export interface Graph {
  cursor: Cursor;
  generated_at: string;
  nodes: Node[];
  edges: Edge[];
}

/** Whole objects that are new or changed. */
export interface Upsert {
  nodes: Node[];
  edges: Edge[];
}

/** Ids that are gone. */
export interface Remove {
  nodes: string[];
  edges: string[];
}

/** What a client wants to see: host ids, or `*`. */
export interface Scope {
  hosts: string[];
  detail: Detail;
}

/** The first frame of a client. */
export interface Hello {
  type: "hello";
  scope: Scope;
  resume?: Cursor;
}

/** Everything in the client's scope. */
export interface Snapshot {
  type: "snapshot";
  detail: Detail;
  cursor: Cursor;
  generated_at: string;
  nodes: Node[];
  edges: Edge[];
}

/** From `base` to `seq` of one host's log; merged deltas span several numbers. */
export interface Delta {
  type: "delta";
  host: string;
  epoch: string;
  base: number;
  seq: number;
  upsert: Upsert;
  remove: Remove;
  at: string;
}

/** A source of this host has been silent since then. `code` and `params` say why, where it is known. */
export interface Stale {
  type: "stale";
  host: string;
  source: SourceName;
  since: string;
  code?: string;
  params?: { [key: string]: Json };
}

/** A source of this host speaks again. */
export interface Live {
  type: "live";
  host: string;
  source: SourceName;
}

/** Every 15 s; needs no answer. */
export interface Ping {
  type: "ping";
}

/** Something about the whole connection: `bus_silent`, `bus_live`, `version` (the server's build changed). */
export interface Notice {
  type: "notice";
  code: string;
  params: { [key: string]: Json };
}

/** What a step found: a code with its parameters; put into words at the edge. */
export interface StepDetail {
  code: string;
  params: { [key: string]: Json };
}

/** One step of an operation as it goes. `state`: waiting, running, done, warned, failed or skipped. */
export interface Step {
  name: string;
  state: string;
  detail: StepDetail[];
  at: string;
}

/** An operation on a host in view went on. Each frame is whole: a later one replaces the earlier. */
export interface Progress {
  type: "operation";
  id: string;
  host: string;
  kind: string;
  subject: string;
  state: string;
  steps: Step[];
  error: StepDetail | null;
}

/** What one address said to a sweep. `container`: the id of its node, where one has the address. */
export interface SweepRow {
  address: string;
  alive: boolean;
  kind: "endpoint" | "gateway" | "kernel" | "stranger" | "silent" | "free";
  container: string | null;
  rtt_us: number | null;
  /** Why it is silent, or what else there is to say of it; empty: nothing. Put into words at the edge. */
  code: string;
  params: { [key: string]: Json };
}

/** A sweep on a host in view went on. `results` are the rows since the frame before; the rest is whole. */
export interface SweepProgress {
  type: "sweep";
  id: string;
  host: string;
  /** The id of the network's node; null for a free range. */
  network: string | null;
  cidr: string;
  state: "planned" | "running" | "done" | "failed" | "cancelled";
  /** Addresses asked so far, of `total`. */
  asked: number;
  total: number;
  alive: number;
  results: SweepRow[];
  error: StepDetail | null;
}

/** What passed the devices of a watched host lately. Each frame is whole: a later one replaces the earlier. */
export interface Traffic {
  type: "traffic";
  host: string;
  at: string;
  /** Seconds between this sample and the one before. */
  interval: number;
  /** By device, each a second: packets received and sent, bytes received and sent, errors received and sent, drops received and sent, as the kernel orders them. A device that is not named carried nothing. */
  rates: { [key: string]: number[] };
}

/** How one thing that a monitor asks is. `source`, `target` and `network` are ids of nodes. */
export interface Reached {
  /** 0: the default monitor, every container's gateway. */
  monitor: number;
  key: string;
  kind: string;
  state: "up" | "degraded" | "down" | "unknown";
  since: string;
  /** A share, 0 to 1. */
  loss: number | null;
  rtt_us: number | null;
  source: string | null;
  target: string | null;
  network: string | null;
}

/** What monitors of a host found: all that changed since the frame before. */
export interface Reach {
  type: "reach";
  host: string;
  items: Reached[];
}

/** A client's second kind of frame: the hosts whose traffic it wants from now on. It replaces the earlier list. */
export interface Watch {
  type: "watch";
  traffic: string[];
}

export type ServerFrame = Snapshot | Delta | Stale | Live | Ping | Notice | Progress | SweepProgress | Traffic | Reach;

export type ClientFrame = Hello | Watch;
