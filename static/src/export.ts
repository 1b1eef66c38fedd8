/** Taking the picture or the graph away as a file. */

import type { Renderer } from "./model";

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** `png` and `svg` are what is seen now; every other format is the whole graph, written by the server. */
export async function exportAs(format: string, renderer: Renderer): Promise<void> {
  const name = `netboard-${new Date().toISOString().slice(0, 19).replace(/:/g, "")}.${format}`;
  if (format === "png") save(await renderer.toPng(), name);
  else if (format === "svg") save(new Blob([renderer.toSvg()], { type: "image/svg+xml" }), name);
  else location.assign(`/export/?format=${encodeURIComponent(format)}`);
}
