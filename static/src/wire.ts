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

export type ServerFrame = Snapshot | Delta | Stale | Live | Ping | Notice | Progress;

export type ClientFrame = Hello;
