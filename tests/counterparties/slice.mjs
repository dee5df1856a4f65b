// A slice of an OpenAPI description: some of its paths, and what they refer to.
//
// usage: node slice.mjs FROM.json TO.json PATH…
//
// Prism does not start with the largest descriptions as they are. Ends with 1 where a path is in none of them.
import fs from "node:fs";

const [from, to, ...paths] = process.argv.slice(2);
const whole = JSON.parse(fs.readFileSync(from, "utf8"));
const slice = { ...whole, paths: {} };
delete slice.webhooks;
delete slice["x-webhooks"];
for (const name of ["components", "definitions", "parameters", "responses"]) {
  delete slice[name];
}
for (const path of paths) {
  if (!(path in whole.paths)) {
    console.error(`${from} describes no ${path}`);
    process.exit(1);
  }
  slice.paths[path] = whole.paths[path];
}
// What is needed to tell whose requests are allowed stays.
if (whole.components?.securitySchemes) {
  slice.components = { securitySchemes: whole.components.securitySchemes };
}
const open = [slice.paths];
const seen = new Set();
while (open.length > 0) {
  const node = open.pop();
  if (Array.isArray(node)) {
    open.push(...node);
  } else if (node && typeof node === "object") {
    const place = node.$ref;
    if (typeof place === "string" && place.startsWith("#/") && !seen.has(place)) {
      seen.add(place);
      const parts = place.slice(2).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
      let [source, target] = [whole, slice];
      for (const part of parts.slice(0, -1)) {
        source = source[part];
        target = target[part] ??= {};
      }
      const last = parts.at(-1);
      target[last] = source[last];
      open.push(source[last]);
    }
    open.push(...Object.values(node));
  }
}
// What is a number or a text is one and the other where it stands in a path: of such schemas each may hold.
for (const parameter of Object.values(slice.components?.parameters ?? {})) {
  if (parameter.in === "path" && parameter.schema?.oneOf) {
    parameter.schema = { ...parameter.schema, anyOf: parameter.schema.oneOf };
    delete parameter.schema.oneOf;
  }
}
fs.writeFileSync(to, JSON.stringify(slice));
