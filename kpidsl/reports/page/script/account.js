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
