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
