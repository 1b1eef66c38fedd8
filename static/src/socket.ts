/** The connection: says hello with a cursor, comes back by itself, spread out so that a thousand browsers do not return at once. */

import type { Cursor, ServerFrame } from "./wire";

export type Connection = "connecting" | "live" | "reconnecting" | "offline" | "denied";

export interface SocketEvents {
  frame(frame: ServerFrame): void;
  state(state: Connection): void;
  /** Where the store stands; empty at first. */
  cursor(): Cursor;
  /** Signed out: 4401. */
  signIn(): void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** The server pings every 15 s: silence three times as long is a dead line. */
const SILENCE = 45_000;

export class Socket {
  private socket: WebSocket | null = null;
  private tries = 0;
  private timer = 0;
  private watch = 0;
  private asked = false;
  private watched: readonly string[] = [];

  constructor(private readonly url: string, private readonly events: SocketEvents) {
    addEventListener("online", () => this.open());
    addEventListener("offline", () => this.lost("offline"));
    if (navigator.onLine) this.open();
    else events.state("offline");
  }

  /** Ask again for what is missing: from the store's cursor, or (`whole`) everything. */
  resync(whole = false): void {
    if (this.asked && !whole) return;
    this.asked = true;
    this.hello(whole);
  }

  /** Have the traffic of these hosts told, and of no others; after a new connection again. */
  watchTraffic(hosts: readonly string[]): void {
    this.watched = hosts;
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ type: "watch", traffic: hosts }));
  }

  /** The store took a frame that fits: a later gap is a new one. */
  settled(): void {
    this.asked = false;
  }

  private open(): void {
    clearTimeout(this.timer);
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    this.events.state(this.tries === 0 ? "connecting" : "reconnecting");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.asked = false;
      this.hello(false);
      if (this.watched.length > 0) this.watchTraffic(this.watched);
      this.listen();
    };
    socket.onmessage = (message) => {
      if (socket !== this.socket || typeof message.data !== "string") return;
      this.tries = 0;
      this.listen();
      this.events.frame(JSON.parse(message.data) as ServerFrame);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      if (event.code === 4401) this.events.signIn();
      else if (event.code === 4403) this.lost("denied");
      else this.lost(navigator.onLine ? "reconnecting" : "offline");
    };
  }

  private hello(whole: boolean): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const cursor = whole ? {} : this.events.cursor();
    const resume = Object.keys(cursor).length > 0 ? { resume: cursor } : {};
    this.socket.send(JSON.stringify({ type: "hello", scope: { hosts: ["*"], detail: "full" }, ...resume }));
  }

  private listen(): void {
    clearTimeout(this.watch);
    this.watch = window.setTimeout(() => this.lost("reconnecting"), SILENCE);
  }

  private lost(state: Connection): void {
    clearTimeout(this.watch);
    clearTimeout(this.timer);
    const old = this.socket;
    this.socket = null;
    old?.close();
    this.events.state(state);
    if (state === "denied" || state === "offline") return;
    const longest = Math.min(FIRST_WAIT * 2 ** this.tries, LONGEST_WAIT);
    this.tries += 1;
    this.timer = window.setTimeout(() => this.open(), longest * (0.3 + 0.7 * Math.random()));
  }
}
