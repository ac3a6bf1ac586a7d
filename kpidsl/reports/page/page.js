(() => {
  "use strict";

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

  // ---- the table of scores

  const view = { sheet: settings.first, columns: [], query: "", filters: new Map(), lostIn: null, sort: null, first: 0, rows: [] };
  const value = (column, row) => (column.cells[row] === NOTHING ? "" : column.values[column.cells[row]]);
  const collator = new Intl.Collator("zh-Hans", { numeric: true });

  /** For each value of a column its place in the order in which people look for it. */
  function places(column) {
    if (!searched(column.kind)) return null;
    if (!column.places) {
      const order = [...column.values.keys()].sort((a, b) => collator.compare(column.values[a], column.values[b]));
      column.places = [];
      order.forEach((at, place) => (column.places[at] = place));
    }
    return column.places;
  }

  function lostAny(column, row) {
    return !/^-?0(\.0*)?$/.test(value(column.lost, row));
  }

  function fitting() {
    const texts = view.columns.filter((column) => searched(column.kind));
    const query = view.query.trim().toLowerCase();
    const hits = texts.map((column) => column.values.map((text) => text.toLowerCase().includes(query)));
    const fits = (row) => (!query || texts.some((column, at) => hits[at][column.cells[row]]))
      && [...view.filters].every(([column, wanted]) => column.cells[row] === wanted)
      && (!view.lostIn || lostAny(view.lostIn, row));
    const rows = [];
    for (let row = 0; row < sheets[view.sheet].count; row++) if (fits(row)) rows.push(row);
    return view.sort ? sorted(rows, view.sort.column, view.sort.down) : rows;
  }

  function sorted(rows, column, down) {
    const order = places(column), turn = down ? -1 : 1;
    const place = (row) => (order ? order[column.cells[row]] : column.cells[row]);
    return rows.sort((a, b) => {
      const lacking = (column.cells[a] === NOTHING) - (column.cells[b] === NOTHING);
      return lacking || turn * (place(a) - place(b)) || a - b;
    });
  }

  function link(row, rule) {
    const parts = [sheets[view.sheet].name, value(view.columns[0], row), ...(rule === undefined ? [] : [rule])];
    return `#/s/${parts.map(encodeURIComponent).join("/")}`;
  }

  function shownColumns() {
    return view.lostIn ? [...view.columns.slice(0, 1), view.lostIn.lost, ...view.columns.slice(1)] : view.columns;
  }

  function head(column) {
    const own = view.sort?.column === column;
    const pair = column.kind === "lost" ? said("lost points", {}).map((text, at) => text.replace("{rule}", column.head[at])) : column.head;
    const pressed = () => {
      view.sort = { column, down: own ? !view.sort.down : numeric(column.kind) && column.kind !== "rank" };
      show(0);
      document.querySelector("#scores [aria-sort] button")?.focus();
    };
    const attributes = { scope: "col", class: numeric(column.kind) ? "number" : undefined, "aria-sort": own ? (view.sort.down ? "descending" : "ascending") : undefined };
    return make("th", attributes, button(pair, pressed));
  }

  function line(row) {
    const cells = shownColumns().map((column, at) => {
      const text = value(column, row);
      if (!at) return make("th", { scope: "row" }, make("a", { href: link(row) }, bdi(text)));
      return cell(text || "—", numeric(column.kind) ? "number" : undefined);
    });
    return make("tr", {}, ...cells);
  }

  /** The rows from `first` on: those of a page, or all for print. */
  function show(first, many = PAGE) {
    view.rows = fitting();
    view.first = Math.max(0, Math.min(first, view.rows.length - 1));
    const some = view.rows.slice(view.first, view.first + many);
    const body = some.length ? some.map(line) : [make("tr", {}, make("td", { colspan: view.columns.length }, word("nobody")))];
    document.querySelector("#scores table").replaceChildren(
      make("thead", {}, make("tr", {}, ...shownColumns().map(head))), make("tbody", {}, ...body));
    tellCount(some.length);
  }

  function tellCount(some) {
    const count = document.getElementById("count"), pager = document.getElementById("pager");
    count.replaceChildren(word("found", { found: view.rows.length, all: sheets[view.sheet].count }));
    const more = view.rows.length > PAGE;
    const turn = (name, by, possible) => {
      const made = button(said(name), () => { show(view.first + by); document.getElementById("subjects").scrollIntoView(); });
      made.disabled = !possible;
      return made;
    };
    pager.replaceChildren(...(more ? [turn("earlier rows", -PAGE, view.first > 0), make("span", {}, word("shown", { first: view.first + 1, last: view.first + some })),
      turn("later rows", PAGE, view.first + PAGE < view.rows.length)] : []));
  }

  function select(label, none, options, chosen) {
    const made = make("select", {}, plain(make("option", { value: "" }), none), ...options.map((pair, at) => plain(make("option", { value: at }), pair)));
    made.addEventListener("change", () => { chosen(made.value === "" ? null : Number(made.value)); show(0); });
    return make("label", {}, make("span", {}, both(label)), made);
  }

  function controls() {
    const search = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
    search.addEventListener("input", () => { view.query = search.value; show(0); });
    const filtered = view.columns.filter((column) => column.kind === "group" || column.kind === "grade");
    const filters = filtered.map((column) => select(column.head, said("all"), column.values,
      (at) => (at === null ? view.filters.delete(column) : view.filters.set(column, at))));
    const rules = view.columns.filter((column) => column.lost);
    const losing = rules.length ? [select(said("lost in"), said("any"), rules.map((column) => column.head), (at) => {
      view.lostIn = at === null ? null : rules[at];
      view.sort = view.lostIn ? { column: view.lostIn.lost, down: true } : null;
    })] : [];
    document.getElementById("controls").replaceChildren(make("label", { class: "search" }, make("span", {}, word("search")), search), ...filters, ...losing,
      make("p", { id: "count", role: "status" }), make("p", { id: "pager" }));
  }

  async function openSheet(at) {
    if (view.columns.length && view.sheet === at) return;
    const columns = await open(`table-${at}`);
    for (const column of columns) if (column.lost) column.lost.head = column.head;
    Object.assign(view, { sheet: at, columns, query: "", filters: new Map(), lostIn: null, sort: null });
    if (chooser) chooser.value = at;
    for (const part of document.querySelectorAll(".sheet")) part.hidden = Number(part.dataset.sheet) !== at;
    controls();
    show(0);
  }

  // ---- the account of one subject

  function toLine(place) {
    return place ? make("a", { class: "line", href: `#l${place}` }, word("line", { line: place.split(".")[1] })) : "";
  }

  function exactly(number) {
    return Array.isArray(number) ? number : [number, number];
  }

  function drawAccount(account, texts, row) {
    const say = (text) => spoken(text, texts);
    const parts = [opening(row, account), figures(row)];
    if (account.moves.length) parts.push(heading("statement"), statement(account, say));
    if (account.bars) parts.push(heading("waterfall"), waterfall(account.bars, say));
    if (account.losses?.length) parts.push(heading("losses"), losses(account, say));
    parts.push(heading("rules"), rules(account, say, row));
    if (account.standing.length) parts.push(heading("standing"), notes(account.standing, say));
    const all = button(said("open all"), () => openAll(true)), none = button(said("close all"), () => openAll(false));
    parts.push(make("div", { class: "heading" }, heading("ledgers"), make("p", { class: "tools" }, all, none)));
    parts.push(...account.ledgers.map((ledger) => drawLedger(ledger, say)));
    article.replaceChildren(...parts);
  }

  const heading = (name) => make("h3", {}, word(name));

  function opening(row, account) {
    const at = view.rows.indexOf(row);
    const step = (name, by) => {
      const other = at === NOTHING ? undefined : view.rows[at + by];
      return other === undefined ? [] : [make("a", { href: link(other), rel: by < 0 ? "prev" : "next" }, word(name), " ", bdi(value(view.columns[0], other)))];
    };
    const others = view.columns.filter((column) => column.kind === "group").map((column) => make("span", {}, bdi(column.head), " ", bdi(value(column, row))));
    const period = sheets[view.sheet].name ? [make("span", {}, both(sheets[view.sheet].unit), " ", sheets[view.sheet].name)] : [];
    const turning = !settings.start ? [make("a", { href: "#subjects" }, word("back")), ...step("before", -1), ...step("next", 1)] : [];
    return make("div", { class: "opening" }, make("p", { class: "tools" }, ...turning),
      make("h2", { tabindex: "-1" }, make("span", { class: "quiet" }, bdi(view.columns[0].head)), " ", bdi(value(view.columns[0], row))),
      make("p", { class: "edition" }, ...period, ...others, ...(account.row ? [make("span", {}, word("row", { row: account.row }))] : [])));
  }

  function figures(row) {
    const shown = view.columns.filter((column) => ["total", "payout", "grade", "rank"].includes(column.kind));
    return make("dl", { class: "figures" }, ...shown.map((column) => make("div", {}, make("dt", {}, bdi(column.head)), make("dd", {}, bdi(value(column, row) || "—")))));
  }

  function statement(account, say) {
    const rows = account.moves.map(([name, amount, from], at) => make("tr", { class: at === account.moves.length - 1 ? "sum" : undefined },
      make("th", { scope: "row" }, both(say(name))), cell(amount, "number"), cell(both(say(from)), "quiet")));
    return make("div", { class: "wide" }, make("table", { class: "statement" }, make("tbody", {}, ...rows)));
  }

  function waterfall(bars, say) {
    const rows = bars.map(([name, amount, from, to], at) => {
      const kind = at === 0 || at === bars.length - 1 ? "whole" : to < from ? "fell" : "rose";
      const low = Math.min(from, to);
      const bar = drawn("rect", { class: kind, x: low, y: 0, width: Math.max(Math.abs(to - from), 2), height: 20 });
      const edge = drawn("line", { x1: to, x2: to, y1: 0, y2: 40 });
      const svg = drawn("svg", { viewBox: "0 0 1000 20", preserveAspectRatio: "none", "aria-hidden": "true" }, bar, ...(at < bars.length - 1 ? [edge] : []));
      return make("tr", { class: kind }, make("th", { scope: "row" }, bdi(say(name))), cell(svg, "drawn"), cell(amount.split(" ")[0], "number"));
    });
    return make("table", { class: "waterfall" }, make("tbody", {}, ...rows));
  }

  function losses(account, say) {
    const rows = account.losses.map(([amount, left, label, what, place]) => make("tr", {}, make("th", { scope: "row" }, bdi(say(label))),
      cell(make("span", {}, bdi(say(what)), " ", toLine(place))), cell(amount, "number"), cell(left.split(" ")[0], "number")));
    const [full, sum, score] = account.sums;
    const made = table("losses", [["rule"], ["what"], ["loss", true], ["left", true]], rows);
    return make("div", {}, made, make("p", { class: "sum" }, word("sums to", { full, sum, score })));
  }

  function rules(account, say, row) {
    const before = sheets[view.sheet].before;
    const compared = account.rules.some((rule) => rule.length > 5);
    const heads = [["rule"], ["source"], ["worth", true], ["score", true], ...(compared ? [["score before", true], ["change", true]] : [])];
    const rows = account.rules.map(([label, source, worth, result, name, was, change]) => make("tr", {},
      make("th", { scope: "row" }, make("a", { href: link(row, name || "total") }, bdi(say(label)))), cell(both(say(source)), "quiet"),
      cell(worth, "number"), cell(both(say(result)), "number"),
      ...(compared ? [cell(was ?? "", "number"), cell(change ?? "", "number")] : [])));
    const made = table("rules", heads, rows);
    if (compared) made.querySelectorAll("th")[4].replaceChildren(word("score before", { period: sheets[before].name }));
    return made;
  }

  function notes(lines, say) {
    return make("ul", { class: "notes" }, ...lines.map((line) => {
      const pair = say(line);
      const depth = Math.min(4, Math.floor((pair[0].length - pair[0].trimStart().length) / 2));
      return make("li", { class: depth ? `deep${depth}` : undefined }, bdi(pair.map((text) => text.trim())));
    }));
  }

  function drawLedger(ledger, say) {
    const remarks = [...(ledger.source === undefined ? [] : [make("span", {}, both(["zh", "en"].map((_, at) => said("by clause", { source: say(ledger.source)[at] })[at])))]), toLine(ledger.line)];
    const made = make("section", { class: `ledger ${ledger.role}`, id: `ledger-${ledger.name || "total"}` },
      make("h4", { tabindex: "-1" }, make("span", {}, bdi(say(ledger.title))), make("span", { class: "result" }, bdi(say(ledger.result)))),
      make("p", { class: "quiet remarks" }, ...remarks));
    if (ledger.exempt) made.append(make("p", {}, word("exempt")), notes(ledger.exempt, say));
    if (ledger.entries.length) {
      made.append(make("p", { class: "heads", "aria-hidden": "true" }, make("span", {}, word("what")), make("span", {}, word("amount")), make("span", {}, word("balance"))));
    }
    for (const entry of ledger.entries) made.append(...drawEntry(entry, say));
    return made;
  }

  function drawEntry([clause, amount, balance, text, told, place, part], say) {
    const [moved, exact] = exactly(amount), [after] = exactly(balance);
    const still = exact === "0";
    const summary = make("summary", {}, make("span", { class: "text" }, bdi(say(text))), make("span", { class: "number amount" }, moved.split(" ")[0]),
      make("span", { class: "number" }, after.split(" ")[0]));
    const foot = make("p", { class: "quiet" }, make("span", {}, word("entry"), " ", bdi(say(clause))), " ", toLine(place));
    const own = make("details", { class: still ? "entry still" : "entry" }, summary, notes(told, say), foot);
    return part ? [own, make("div", { class: "inner" }, drawLedger(part, say))] : [own];
  }

  function openAll(yes) {
    for (const entry of article.querySelectorAll("details")) entry.open = yes;
  }

  async function openAccount(sheet, subject, rule) {
    await openSheet(sheet);
    const at = view.columns[0].values.indexOf(subject);
    const row = at === NOTHING ? NOTHING : view.columns[0].cells.indexOf(at);
    article.hidden = false;
    report.hidden = true;
    if (row === NOTHING) {
      article.replaceChildren(make("p", {}, word("not found", { name: subject })), make("p", {}, make("a", { href: "#subjects" }, word("back"))));
      return;
    }
    const { texts, accounts } = await open(`accounts-${sheet}-${Math.floor(row / together)}`);
    drawAccount(accounts[row % together], texts, row);
    const target = rule === undefined ? article.querySelector("h2") : document.getElementById(`ledger-${rule}`)?.querySelector("h4");
    target?.focus({ preventScroll: true });
    (rule === undefined ? root : target)?.scrollIntoView();
  }

  // ---- where the reader is

  async function route() {
    if (settings.start && location.hash.length < 2) history.replaceState(null, "", settings.start);
    const [kind, name, sheet, subject, rule] = location.hash.split("/").map((part) => decodeURIComponent(part));
    if (kind === "#" && name === "s" && subject !== undefined) {
      const at = sheets.findIndex((each) => each.name === sheet);
      await openAccount(Math.max(at, 0), subject, rule);
      return;
    }
    await openSheet(view.sheet);
    article.hidden = true;
    report.hidden = false;
    if (kind.length > 1) document.getElementById(kind.slice(1))?.scrollIntoView({ block: kind.startsWith("#l") ? "center" : "start" });
  }

  function speak(chosen) {
    lang = chosen;
    root.lang = TAGS[lang];
    for (const element of document.querySelectorAll("[data-zh]")) element.textContent = element.dataset[lang];
    for (const each of document.querySelectorAll("[data-language]")) each.setAttribute("aria-pressed", each.dataset.language === lang);
  }

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...article.querySelectorAll("details:not([open])")];
    for (const entry of closed) entry.open = true;
    if (!report.hidden && view.columns.length) show(0, Infinity);
  });
  window.addEventListener("afterprint", () => {
    for (const entry of closed) entry.open = false;
    if (!report.hidden && view.columns.length) show(view.first);
  });

  function failed(error) {
    console.error(error);
    document.querySelector("header").append(make("p", { class: "note", role: "alert" }, word("old browser")));
  }

  for (const each of document.querySelectorAll(".needs-script")) each.hidden = false;
  for (const each of document.querySelectorAll(".without-script")) each.hidden = true;
  for (const each of document.querySelectorAll("[data-language]")) each.addEventListener("click", () => speak(each.dataset.language));
  chooser?.addEventListener("change", () => {
    const at = Number(chooser.value);
    if (report.hidden) location.hash = `/s/${[sheets[at].name, location.hash.split("/")[3]].join("/")}`;
    else openSheet(at).catch(failed);
  });
  window.addEventListener("hashchange", () => route().catch(failed));
  speak(lang);
  route().catch(failed).finally(() => root.classList.add("ready"));
})();
