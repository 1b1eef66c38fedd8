/** Whether what is shown is live: the connection, the hosts' silent sources, and what is missing with its reason. */

import { nameOf } from "./describe";
import { byId, h, named } from "./dom";
import { faulty, object, text } from "./facts";
import type { Connection } from "./socket";
import type { Silence, Store } from "./store";
import { n, sentence, t, time } from "./words";

interface Lack {
  readonly host: string;
  readonly why: Silence;
}

export class Status {
  private connection: Connection = "connecting";
  private since = "";
  private notice: { code: string; params: Readonly<Record<string, import("./wire").Json>> } | null = null;
  private readonly line = byId("state");
  private readonly counts = byId("counts");
  private readonly banner = byId("banner");

  constructor(private readonly store: Store) {}

  connected(state: Connection): void {
    if (state === "live") this.since = "";
    else if (!this.since) this.since = new Date().toISOString();
    this.connection = state;
    this.draw();
  }

  noticed(code: string, params: Readonly<Record<string, import("./wire").Json>>): void {
    this.notice = code === "bus_live" ? null : { code, params };
    this.draw();
  }

  /** Stale hosts, with the time as it stands beside the name. */
  stale(): Map<string, string> {
    const found = new Map<string, string>();
    for (const [host, sources] of this.store.silences) {
      const first = [...sources.values()].filter((item) => item.source === "observer" || item.code === "" || /silent/.test(item.code)).map((item) => item.since).sort()[0];
      if (first !== undefined) found.set(host, t("stale_since", { time: time(first) }));
    }
    if (this.connection === "reconnecting" || this.connection === "offline") {
      for (const node of this.store.nodes.values()) if (node.kind === "host") found.set(node.id, t("stale_since", { time: time(this.since) }));
    }
    return found;
  }

  /** What is missing of each host: told by frames, else by the host's own facts. */
  private lacks(): Lack[] {
    const found: Lack[] = [];
    for (const [host, sources] of this.store.silences) for (const why of sources.values()) found.push({ host, why });
    for (const node of this.store.nodes.values()) {
      if (node.kind !== "host") continue;
      for (const [source, value] of Object.entries(object(node.facts["sources"]))) {
        const told = object(value);
        const known = found.some((lack) => lack.host === node.id && lack.why.source === source);
        if (known || (text(told, "state") !== "absent" && text(told, "state") !== "stale")) continue;
        found.push({ host: node.id, why: { source: source === "kernel" ? "kernel" : "engine", since: text(told, "since"), code: text(told, "code"), params: object(told["params"]) } });
      }
    }
    return found;
  }

  draw(): void {
    const lacks = this.lacks();
    const silent = this.stale();
    const broken = this.connection !== "live";
    const word = broken ? t(`connection_${this.connection}`) : silent.size > 0 ? n("hosts_stale", silent.size) : t("connection_live");
    const told = broken && this.since && this.connection !== "connecting" ? `${word} · ${t("stale_since", { time: time(this.since) })}` : word;
    const tone = broken ? (this.connection === "connecting" ? "quiet" : "bad") : silent.size > 0 ? "warn" : "good";
    if (this.line.textContent !== told) this.line.textContent = told;
    this.line.dataset["tone"] = tone;
    let hosts = 0, containers = 0, faults = 0;
    for (const node of this.store.nodes.values()) {
      if (node.kind === "host") hosts += 1;
      if (node.kind === "container") containers += 1;
      if (faulty(node)) faults += 1;
    }
    this.counts.textContent = this.store.version === 0 ? "" : [n("hosts", hosts), n("containers", containers), n("faults", faults)].join(" · ");
    this.counts.classList.toggle("wrong", faults > 0);
    this.say(lacks);
  }

  private say(lacks: readonly Lack[]): void {
    const lines: HTMLElement[] = [];
    if (this.notice) lines.push(h("p", {}, sentence(this.notice.code, this.notice.params)));
    const several = this.store.silences.size > 1 || [...this.store.nodes.values()].filter((node) => node.kind === "host").length > 1;
    for (const { host, why } of lacks.slice(0, 4)) {
      const node = this.store.nodes.get(host);
      const reason = why.code ? sentence(why.code, why.params) : sentence(`${why.source}_silent`, why.params);
      lines.push(h("p", { "data-source": why.source }, several ? h("strong", {}, named(node ? nameOf(node) : host, 40), ": ") : null, named(reason), " ",
        why.since ? h("small", {}, t("stale_since", { time: time(why.since) })) : null));
    }
    if (lacks.length > 4) lines.push(h("p", {}, n("more", lacks.length - 4)));
    const stamp = lines.map((line) => line.textContent).join("\n");
    if (this.banner.dataset["stamp"] === stamp) return;
    this.banner.dataset["stamp"] = stamp;
    this.banner.replaceChildren(...lines);
    this.banner.hidden = lines.length === 0;
  }
}
