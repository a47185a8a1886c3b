// Reads RDF as JavaScript's libraries do, and writes it as N-Quads.
//     node read_rdf.mjs PACKAGES FORMAT < document
// PACKAGES is the package.json beside whose node_modules the libraries are; FORMAT is what N3.js or jsonld.js call it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [packages, format] = process.argv.slice(2);
const require = createRequire(packages);
const text = readFileSync(0, "utf8");
if (format === "application/ld+json") {
  const jsonld = require("jsonld");
  process.stdout.write(await jsonld.toRDF(JSON.parse(text), { format: "application/n-quads" }));
} else {
  const { Parser, Writer } = require("n3");
  const writer = new Writer({ format: "N-Quads" });
  writer.addQuads(new Parser({ format, blankNodePrefix: "_:" }).parse(text));
  writer.end((_, written) => process.stdout.write(written));
}
