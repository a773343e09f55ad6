// The page and what belongs to it, read once at the start.

import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";

const folder = new URL("public/", import.meta.url);
const types = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };

const headersFor = (name) => ({
  "content-type": `${types[extname(name)]}; charset=utf-8`,
  "cache-control": "no-cache",
  // Nothing comes from elsewhere, and no other site may frame a page with such buttons.
  "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
});

const page = readFileSync(new URL("index.html", folder), "utf8");

export const publicFiles = readdirSync(folder)
  .filter((name) => extname(name) in types && name !== "index.html")
  .map((name) => ({ path: `/${name}`, headers: headersFor(name), body: readFileSync(new URL(name, folder)) }));

/** The page as one process answers it: with its name and number. */
export function pageFor(id) {
  const body = page.replaceAll("{{id}}", id).replaceAll("{{pid}}", String(process.pid));
  return { headers: headersFor("index.html"), body };
}
