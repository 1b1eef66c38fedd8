/** What the board itself says. The page hands in translations; `{n}` stands for a number. */

export const WORDS = {
  container: "{n} container",
  containers: "{n} containers",
  network: "{n} network",
  networks: "{n} networks",
  running: "{n} running",
  route: "routing · {n} route",
  routes: "routing · {n} routes",
  via: "default via {gateway}",
  forwardingOff: "forwarding off",
  nat: "NAT for {n}",
  publishes: "publishes",
  more: "+{n}",
  host: "host network",
  none: "no network",
  other: "other containers",
  shared: "in the network of {name}",
  spaces: "namespaces outside Docker",
  folded: "{n} folded",
  internal: "internal, no way out",
  isNat: "NAT",
  hostNamespace: "host",
  nameless: "nameless",
  title: "Container networks",
};

export type Words = typeof WORDS;

/** Put numbers into a text. */
export function say(words: string, params: { readonly [name: string]: string | number }): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
