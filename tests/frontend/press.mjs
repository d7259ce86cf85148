// Presses a button of the dashboard's notices as a browser would: `node press.mjs SCRIPT PERSON LABEL` reads
// what Home Assistant answers from the standard input, and writes the actions that the press calls.

import { readFileSync } from "node:fs";

class Element {
  children = [];
  style = {};
  listeners = {};
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  querySelectorAll(tag) {
    return this.children.flatMap((child) => [...(child.tag === tag ? [child] : []), ...child.querySelectorAll(tag)]);
  }
  addEventListener(type, listener) {
    this.listeners[type] = listener;
  }
  setAttribute() {}
  toggleAttribute() {}
  dispatchEvent() {}
}

const defined = {};
globalThis.window = globalThis;
globalThis.HTMLElement = Element;
globalThis.document = { createElement: (tag) => Object.assign(new Element(), { tag }) };
globalThis.customElements = { get: (name) => defined[name], define: (name, element) => (defined[name] = element) };

const [, , script, person, label] = process.argv;
new Function(readFileSync(script, "utf8"))();

const answer = JSON.parse(readFileSync(0, "utf8"));
const called = [];
const notices = new defined["weighbridge-notices"]();
notices.setConfig({ person });
notices.hass = {
  language: "en",
  states: {},
  callWS: async () => answer,
  callService: async (domain, action, data) => called.push({ domain, action, data }),
};
await new Promise(setImmediate);
const [button] = notices.querySelectorAll("button").filter(({ textContent }) => textContent === label);
await button.listeners.click();
console.log(JSON.stringify(called));
