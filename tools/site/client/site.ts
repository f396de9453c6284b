// What a page does in the browser: search as you type, and the platform filter in the address. Every page can be
// read without it. The index is loaded when the search is first used, as a script: from file:// nothing else works.

import MiniSearch from "minisearch";

import {
  type Entry,
  find,
  kinds,
  type SearchData,
  searchOptions,
  type Shown,
  shownResults,
} from "./search-options.ts";

declare global {
  interface Window {
    siteIndex?: SearchData;
  }
}

const root = document.documentElement.dataset["root"] ?? "";

interface Search {
  readonly index: MiniSearch<Entry>;
  readonly entries: readonly Shown[];
}

let loading: Promise<Search> | undefined;

function loadSearch(): Promise<Search> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${root}assets/search.js`;
    script.addEventListener("error", () => {
      reject(new Error("the search index cannot be loaded"));
    });
    script.addEventListener("load", () => {
      const data = window.siteIndex;
      if (data === undefined) return;
      const index = MiniSearch.loadJSON(data.index, searchOptions);
      resolve({ index, entries: data.entries });
    });
    document.head.append(script);
  });
  return loading;
}

function setUpSearch(form: HTMLFormElement): void {
  const input = form.querySelector("input");
  const list = form.querySelector<HTMLElement>("[role=listbox]");
  const status = form.querySelector<HTMLElement>("[role=status]");
  if (input === null || list === null || status === null) return;
  form.hidden = false;
  let active = -1;

  const items = (): readonly HTMLElement[] => [
    ...list.querySelectorAll<HTMLElement>("[role=option]"),
  ];
  const close = (): void => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  };
  const activate = (index: number): void => {
    active = index;
    items().forEach((item, position) => {
      item.setAttribute("aria-selected", String(position === index));
      if (position === index) item.scrollIntoView({ block: "nearest" });
    });
    const id = items()[index]?.id;
    if (id === undefined) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", id);
  };
  const show = (search: Search): void => {
    const query = input.value.trim();
    const begin = performance.now();
    if (query === "") {
      status.textContent = "";
      close();
      return;
    }
    const results = find(search.index, search.entries, query);
    list.replaceChildren(...results.map(itemOf));
    list.hidden = results.length === 0;
    input.setAttribute("aria-expanded", String(results.length > 0));
    activate(results.length > 0 ? 0 : -1);
    list.scrollTop = 0;
    status.textContent =
      results.length === 0
        ? "Nothing found"
        : `${String(results.length)}${results.length === shownResults ? " or more" : ""} found`;
    // Layout belongs to what a key costs.
    list.getBoundingClientRect();
    form.dataset["query"] = query;
    form.dataset["ms"] = (performance.now() - begin).toFixed(1);
  };
  const update = (): void => {
    loadSearch().then(show, () => {
      status.textContent = "The search cannot be loaded.";
    });
  };

  input.addEventListener("focus", () => {
    void loadSearch();
  });
  input.addEventListener("input", update);
  input.addEventListener("keydown", (event) => {
    const count = items().length;
    if (event.key === "Escape") {
      // The browser would clear the text.
      event.preventDefault();
      if (list.hidden) input.blur();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (count === 0) return;
      event.preventDefault();
      if (list.hidden) update();
      else activate((active + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const target = items()[active]?.dataset["href"];
    if (target === undefined) return;
    close();
    location.href = target;
  });
  list.addEventListener("pointerdown", (event) => {
    const item = (event.target as Element).closest<HTMLElement>("[role=option]");
    const target = item?.dataset["href"];
    if (target === undefined) return;
    event.preventDefault();
    close();
    location.href = target;
  });
  input.addEventListener("blur", close);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.closest("input, textarea");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping) return;
    event.preventDefault();
    input.focus();
  });
}

function itemOf([kind, title, address, hint]: Shown, position: number): HTMLElement {
  const item = document.createElement("div");
  item.id = `result-${String(position)}`;
  item.setAttribute("role", "option");
  item.dataset["href"] = root + address;
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = title;
  const label = document.createElement("span");
  label.className = "kind";
  label.textContent = kinds[kind] ?? "";
  const about = document.createElement("span");
  about.className = "hint";
  about.textContent = hint;
  item.append(name, label, about);
  return item;
}

/** The filter works without this; only its place in the address, `?platform=darwin`, does not. */
function setUpFilter(filter: HTMLElement): void {
  const choices = [...filter.querySelectorAll<HTMLInputElement>("input[name=platform]")];
  const wanted = new URLSearchParams(location.search).get("platform");
  const chosen = choices.find(({ value }) => value === wanted);
  if (chosen !== undefined) chosen.checked = true;
  // The browser went to the option before the filter hid others.
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (chosen !== undefined) target?.scrollIntoView();
  filter.addEventListener("change", () => {
    const value = choices.find(({ checked }) => checked)?.value ?? "all";
    const address = new URL(location.href);
    if (value === "all") address.searchParams.delete("platform");
    else address.searchParams.set("platform", value);
    history.replaceState(null, "", address);
  });
}

const form = document.querySelector<HTMLFormElement>("form.search");
if (form !== null) setUpSearch(form);
const filter = document.querySelector<HTMLElement>(".filter");
if (filter !== null) setUpFilter(filter);
