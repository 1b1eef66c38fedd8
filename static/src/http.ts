/** Asking the server for JSON. */

/** The answer, or null where there was none that can be used. Signed out: to the sign-in page. */
export async function fetchJson<T>(url: string): Promise<T | null> {
  try {
    const response = await fetch(url, { headers: { accept: "application/json" }, credentials: "same-origin" });
    return response.ok && (response.headers.get("content-type") ?? "").includes("json") ? (await response.json()) as T : null;
  } catch {
    return null;
  }
}
