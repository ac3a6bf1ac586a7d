// ---- what all of the script uses: the settings, making elements, opening data

const settings = JSON.parse(document.getElementById("settings").textContent);
const { words, sheets, together } = settings;
const TAGS = { zh: "zh-Hans", en: "en" };
const NOTHING = -1, PAGE = 100;
const root = document.documentElement;
const report = document.getElementById("report");
const article = document.getElementById("account");
const chooser = document.getElementById("sheet");
const searched = (kind) => kind === "subject" || kind === "group";
const numeric = (kind) => !searched(kind) && kind !== "grade";
let lang = settings.lang;

// ---- making elements: texts only ever become text nodes

function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function both(pair) {
  const [zh, en] = typeof pair === "string" ? [pair, pair] : pair;
  if (zh === en) return document.createTextNode(zh);
  const made = document.createDocumentFragment();
  made.append(make("span", { lang: TAGS.zh }, zh), make("span", { lang: TAGS.en }, en));
  return made;
}

const bdi = (pair) => make("bdi", {}, both(pair));

function said(name, filled = {}) {
  return words[name].map((text) => text.replace(/\{(\w+)\}/g, (all, key) => (key in filled ? filled[key] : all)));
}

const word = (name, filled) => both(said(name, filled));

/** An option or title, which holds a plain text: it is put in anew when the language changes. */
function plain(element, pair) {
  const [zh, en] = typeof pair === "string" ? [pair, pair] : pair;
  element.dataset.zh = zh;
  element.dataset.en = en;
  element.textContent = lang === "zh" ? zh : en;
  return element;
}

function button(pair, pressed, attributes = {}) {
  const made = make("button", { type: "button", ...attributes }, both(pair));
  made.addEventListener("click", pressed);
  return made;
}

function table(kind, heads, rows) {
  const head = heads.map(([name, number]) => make("th", { scope: "col", class: number ? "number" : undefined }, name ? word(name) : ""));
  return make("div", { class: "wide" }, make("table", { class: kind }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
}

const cell = (content, kind) => make("td", { class: kind }, typeof content === "string" ? bdi(content) : content);

// ---- data: pieces of the file, or scripts beside it, opened when they are asked for

const opened = new Map(), awaited = new Map();
window.kpidsl = (name, text) => awaited.get(name)?.(text);

function encoded(name) {
  const inside = document.getElementById(name);
  if (inside) return Promise.resolve(inside.textContent);
  return new Promise((resolve, reject) => {
    awaited.set(name, resolve);
    const script = make("script", { src: `${settings.folder}${name}.js` });
    script.addEventListener("error", () => reject(new Error(script.src)));
    document.head.append(script);
  });
}

async function unpacked(name) {
  const text = await encoded(name);
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function open(name) {
  if (!opened.has(name)) opened.set(name, unpacked(name));
  return opened.get(name);
}

function spoken(text, texts) {
  const [at, ...numbers] = Array.isArray(text) ? text : [text];
  const frames = typeof texts[at] === "string" ? [texts[at], texts[at]] : texts[at];
  return frames.map((frame) => frame.replace(/\u0001([^])/g, (_, which) => numbers[which.charCodeAt(0) - 48]));
}
