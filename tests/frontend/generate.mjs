// Runs the dashboard's script as a browser would: `node generate.mjs SCRIPT` reads what Home Assistant
// answers from the standard input, with the names of entities beside it, and writes what the script makes of it.

import { readFileSync } from "node:fs";

const defined = {};
globalThis.window = globalThis;
globalThis.HTMLElement = class {};
globalThis.document = { querySelector: () => ({ hass: { language: "de-CH" } }) };
globalThis.customElements = {
  get: (name) => defined[name],
  define: (name, element) => (defined[name] = element),
};

const script = readFileSync(process.argv[2], "utf8");
new Function(script)();
new Function(script)(); // a page that loads it twice is none the worse

const asked = [];
const { names, ...answer } = JSON.parse(readFileSync(0, "utf8"));
const hass = {
  language: "en",
  entities: Object.fromEntries(Object.entries(names).map(([id, name]) => [id, { name }])),
  callWS: async (message) => {
    asked.push(message);
    return answer;
  },
};
const [offered, ...others] = globalThis.customStrategies;
const strategy = defined[`ll-strategy-dashboard-${offered.type}`];
console.log(
  JSON.stringify({
    asked,
    offered: { ...offered, description: offered.description },
    others,
    dependencies: strategy.registryDependencies,
    config: await strategy.generate({ type: "custom:weighbridge" }, hass),
    elements: Object.keys(defined),
  }),
);
