// Bundles the page's script and style into static/dist: minified, plain names, no source maps. `--harness` adds the benchmarks' page.
// Each file replaces its forerunner whole, so a running server never serves half of one.
import { build } from "esbuild";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const entries = [
  { name: "main.js", from: join(here, "src", "main.ts") },
  { name: "main.css", from: join(here, "css", "main.css") },
];
if (process.argv.includes("--harness")) {
  entries.push({ name: "harness.js", from: join(here, "src", "harness.ts") });
}

async function bundle({ name, from }) {
  const result = await build({
    entryPoints: [from],
    bundle: true,
    minify: true,
    sourcemap: false,
    write: false,
    charset: "utf8",
    legalComments: "none",
    format: "esm",
    target: ["es2022", "chrome109", "firefox115", "safari16"],
    loader: { ".svg": "dataurl", ".woff2": "dataurl" },
    logLevel: "warning",
    outdir: dist,
  });
  const content = result.outputFiles.find((file) => file.path.endsWith(name.slice(name.lastIndexOf(".")))).contents;
  const target = join(dist, name);
  const pending = `${target}.${process.pid}`;
  await writeFile(pending, content);
  await rename(pending, target);
  console.log(`${name}: ${content.length} bytes, ${gzipSync(content, { level: 9 }).length} gzipped`);
}

await mkdir(dist, { recursive: true });
for (const entry of entries) {
  if (existsSync(entry.from)) {
    await bundle(entry).catch(() => process.exit(1)); // esbuild has said what is wrong
  } else {
    console.log(`${entry.name}: nothing to build`);
  }
}

// What is served as it is.
const copies = [{ name: "htmx.js", from: join(here, "..", "node_modules", "htmx.org", "dist", "htmx.min.js") }];
for (const { name, from } of copies) {
  if (existsSync(from)) {
    const pending = join(dist, `${name}.${process.pid}`);
    await writeFile(pending, await readFile(from));
    await rename(pending, join(dist, name));
  }
}
