/** What the sections of the inspector are made of. */

import { h, named } from "../dom";
import { jump } from "../describe";
import { object, text } from "../facts";
import type { GraphView } from "../model";
import type { Edge, Json, Node } from "../wire";
import { n, sentence, t } from "../words";

/** What a section may do and read. */
export interface Context {
  readonly graph: GraphView;
  readonly go: (id: string) => void;
  /** Whether the engine, kernel or observer of a host is silent. */
  readonly silent: (host: string | null) => boolean;
}

export type Row = readonly [label: string, ...values: (globalThis.Node | string | null | undefined | false)[]];

/** A heading with what is under it; nothing where there is nothing. */
export function section(title: string, ...children: (globalThis.Node | null)[]): HTMLElement | null {
  const full = children.filter((child): child is globalThis.Node => child !== null);
  return full.length === 0 ? null : h("section", {}, h("h3", {}, title), ...full);
}

/** A list of facts; rows without a value are left out. */
export function facts(rows: readonly Row[]): HTMLElement | null {
  const full = rows.filter(([, ...values]) => values.some((value) => value));
  if (full.length === 0) return null;
  const body = h("dl", { class: "facts" });
  for (const [label, ...values] of full) body.append(h("dt", {}, label), h("dd", {}, ...values));
  return body;
}

/** Text in the fixed font, isolated. */
export function code(value: string): HTMLElement | null {
  return value ? h("code", {}, named(value)) : null;
}

export function items(children: readonly (globalThis.Node | null)[], limit = 12): HTMLElement | null {
  const full = children.filter((child): child is globalThis.Node => child !== null);
  if (full.length === 0) return null;
  const lines = full.map((child) => h("li", {}, child));
  const body = h("ul", { class: "items" }, ...lines.slice(0, limit));
  if (lines.length > limit) {
    const rest = lines.slice(limit);
    const more = h("button", { type: "button", class: "more", onclick: () => { more.remove(); body.append(...rest); } }, n("more", rest.length));
    return h("div", {}, body, more);
  }
  return body;
}

/** Why netboard says so: certain or not, with the evidence. */
export function evidence(edge: Edge): HTMLElement {
  return h("small", { class: edge.certain ? "evidence" : "evidence doubt" },
    edge.certain ? "" : `${t(edge.target === null && !edge.candidates?.length ? "edge_nowhere" : edge.target === null ? "edge_undecided" : "edge_inferred")} · `,
    named(edge.evidence || t("evidence_none")));
}

/** A relation: the node at the other end, and the evidence. */
export function relation(context: Context, edge: Edge, id: string): HTMLElement {
  const far = edge.source === id ? edge.target : edge.source;
  const node = far === null ? undefined : context.graph.nodes.get(far);
  const body = h("div", { class: "relation" });
  if (far !== null) body.append(jump(node, far, context.go));
  else for (const candidate of edge.candidates ?? []) body.append(jump(context.graph.nodes.get(candidate), candidate, context.go), " ");
  if (far === null && !edge.candidates?.length) body.append(h("span", { class: "quiet" }, t("edge_outside")));
  body.append(evidence(edge));
  return body;
}

export function warnings(node: Node): HTMLElement | null {
  if (node.warnings.length === 0) return null;
  return h("ul", { class: "warnings" }, ...node.warnings.map((warning) => h("li", {}, sentence(warning.code, warning.params))));
}

/** A JSON object (labels, options, sysctls) as a folded list. */
export function table(title: string, value: Json | undefined): HTMLElement | null {
  const entries = Object.entries(object(value));
  if (entries.length === 0) return null;
  return h("details", {}, h("summary", {}, `${title} (${entries.length})`),
    facts(entries.map(([key, item]): Row => [key, code(typeof item === "string" ? item : JSON.stringify(item))])));
}

export function lines(title: string, entries: readonly string[]): HTMLElement | null {
  if (entries.length === 0) return null;
  return h("details", {}, h("summary", {}, `${title} (${entries.length})`), h("pre", { tabindex: 0 }, named(entries.join("\n").slice(0, 100_000), 100_000)));
}

/** One published port, and who can reach it. */
export function exposure(edge: Edge): HTMLElement {
  const host = text(edge.facts, "host_ip") || "0.0.0.0";
  const local = host.startsWith("127.") || host === "::1";
  const all = host === "0.0.0.0" || host === "::";
  const where = host.includes(":") ? `[${host}]` : host;
  const words = local ? t("exposed_local") : all ? t("exposed_all") : t("exposed_address", { address: host });
  const ports = `${where}:${text(edge.facts, "host_port")} → ${text(edge.facts, "container_port")}/${text(edge.facts, "protocol")}`;
  return h("div", { class: local ? "exposure" : "exposure open" }, h("code", {}, ports), h("small", {}, words));
}
