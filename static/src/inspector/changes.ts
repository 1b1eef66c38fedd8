/** What may be done to a node: links to the forms of operations with what is known filled in. For operators only. */

import { flag, object, text } from "../facts";
import type { Node } from "../wire";

export interface Change {
  readonly kind: string;
  readonly url: string;
}

/** `base`: the address of the forms; empty for those who may not change anything. */
export function changesOf(node: Node, base: string): Change[] {
  if (!base || node.host === null) return [];
  const id = text(node.facts, "id");
  const host = node.host;
  const link = (kind: string, values: Readonly<Record<string, string>> = {}): Change => ({ kind, url: `${base}${kind}/?${new URLSearchParams({ host, ...values }).toString()}` });
  if (node.kind === "host") return [link("network.create"), link("container.run")];
  if (!id) return [];
  if (node.kind === "network") {
    const driver = text(node.facts, "driver");
    if (driver === "host" || driver === "null") return [link("container.run", { network: id })];
    const all = [link("network.connect", { network: id }), link("container.run", { network: id })];
    return flag(node.facts, "builtin") ? all : [...all, link("network.recreate", { network: id }), link("network.delete", { network: id })];
  }
  if (node.kind !== "container") return [];
  const attachable = !/^(host|container:)/.test(text(node.facts, "network_mode"));
  const own = text(object(node.facts["labels"]), "netboard.operation") !== "";
  return [
    ...(attachable ? [link("network.connect", { container: id }), link("network.disconnect", { container: id })] : []),
    ...(own ? [link("container.remove", { container: id })] : []),
  ];
}
