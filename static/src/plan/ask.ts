/** What the plan's panel asks of the server, with the session and its token. */

import type { Json, Step } from "../wire";
import type { Draft } from "./overlay";

/** What is asked for, as it stands in the board's address: `kind~host~spec`, the spec as JSON. */
export interface Wish {
  readonly kind: string;
  readonly host: string;
  readonly spec: { readonly [key: string]: Json };
}

export interface Conflict {
  readonly code: string;
  readonly message: string;
  readonly severity: "refuse" | "warn";
}

export interface Preview extends Draft {
  readonly conflicts: readonly Conflict[];
  readonly refused: boolean;
  readonly spec: { readonly [key: string]: Json };
  readonly commands: readonly string[];
  readonly compose: string;
}

/** An operation as the panel shows it. `text`: a sentence, once the server has put the step's codes into words. */
export interface Shown {
  readonly id: string;
  readonly state: string;
  readonly steps: readonly { readonly name: string; readonly state: string; readonly text: string }[];
  readonly error: string;
}

/** What was answered, or why not, as one sentence. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly status: number; readonly detail: string };

/** Reads any fragment's part; what makes no sense is none. */
export function wishOf(text: string): Wish | null {
  const [kind = "", host = "", ...rest] = text.split("~");
  if (!/^[a-z]+\.[a-z]+$/.test(kind) || !/^[\w-]{1,63}$/.test(host)) return null;
  try {
    const spec = JSON.parse(rest.join("~")) as Json;
    return spec !== null && typeof spec === "object" && !Array.isArray(spec) ? { kind, host, spec } : null;
  } catch {
    return null;
  }
}

interface Told {
  readonly id: string;
  readonly state: string;
  readonly steps: readonly { readonly name: string; readonly state: string; readonly detail: string }[];
  readonly error: { readonly message: string } | null;
}

export function fromRest(told: Told): Shown {
  return { id: told.id, state: told.state, steps: told.steps.map(({ name, state, detail }) => ({ name, state, text: detail })), error: told.error?.message ?? "" };
}

/** A frame has codes where the server has sentences: the sentences that are known of a step stay until it is told anew. */
export function fromFrame(id: string, state: string, steps: readonly Step[], known: Shown | null): Shown {
  const said = new Map((known?.steps ?? []).map((step) => [`${step.name} ${step.state}`, step.text]));
  return { id, state, steps: steps.map((step) => ({ name: step.name, state: step.state, text: said.get(`${step.name} ${step.state}`) ?? "" })), error: known?.error ?? "" };
}

export class Server {
  constructor(private readonly token: string) {}

  preview(wish: Wish): Promise<Answer<Preview>> {
    return this.ask("/api/v1/operations/preview", wish);
  }

  async submit(wish: Wish): Promise<Answer<Shown>> {
    const answer = await this.ask<Told>("/api/v1/operations", wish);
    return answer.ok ? { ok: true, value: fromRest(answer.value) } : answer;
  }

  async operation(id: string): Promise<Answer<Shown>> {
    const answer = await this.ask<Told>(`/api/v1/operations/${encodeURIComponent(id)}`, null);
    return answer.ok ? { ok: true, value: fromRest(answer.value) } : answer;
  }

  private async ask<T>(url: string, body: Wish | null): Promise<Answer<T>> {
    try {
      const response = await fetch(url, {
        method: body === null ? "GET" : "POST",
        credentials: "same-origin",
        headers: { accept: "application/json", ...(body === null ? {} : { "content-type": "application/json", "x-csrftoken": this.token }) },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
      });
      const value = (await response.json()) as T & { detail?: string };
      return response.ok ? { ok: true, value } : { ok: false, status: response.status, detail: value.detail ?? "" };
    } catch {
      return { ok: false, status: 0, detail: "" };
    }
  }
}
