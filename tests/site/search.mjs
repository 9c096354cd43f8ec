// Asks the site's own search what it finds: `node search.mjs SITE WORD...` prints, for each word, the pages in their order.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [site, ...words] = process.argv.slice(2);
const workers = join(site, "assets", "javascripts", "workers");
const worker = readdirSync(workers).find((name) => /^search\..*\.js$/.test(name));

let answer;
globalThis.self = { postMessage: (message) => answer(message) };
(0, eval)(readFileSync(join(workers, worker), "utf8"));

const ask = (type, data) =>
  new Promise((resolve) => {
    answer = resolve;
    self.onmessage({ data: { type, data } });
  });

const index = JSON.parse(readFileSync(join(site, "search.json"), "utf8"));
await ask(0, index);
const out = {};
for (const word of words) {
  const { type, data } = await ask(2, { input: word });
  if (type !== 3) throw new Error(`the search failed on ${word}`);
  out[word] = [...new Set(data.items.map((item) => index.items[item.id].location.split("#")[0]))];
}
console.log(JSON.stringify(out, null, 1));
