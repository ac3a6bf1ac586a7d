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
