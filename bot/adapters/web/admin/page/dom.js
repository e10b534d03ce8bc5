/** Elements, and lists of them that are renewed in place, so that nothing that somebody holds is taken away. */

export const find = (id) => document.getElementById(id);

/** An element with properties, `dataset` and attributes among them, and children. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "data") Object.assign(element.dataset, value);
    else if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Write a text, if it is another one: what is written anew is lost to who has marked it. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Show or hide. */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** Let the children of `parent` be the items', by key; `make` gives an element, `renew(element, item)` fills it. */
export function fill(parent, items, key, make, renew) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = new Map(items.map((item) => [String(key(item)), item]));
  for (const [name, child] of known) {
    if (wanted.has(name)) continue;
    if (child.contains(document.activeElement)) child.closest("section")?.querySelector("h2").focus();
    child.remove();
  }
  let place = parent.firstElementChild;
  for (const [name, item] of wanted) {
    const child = known.get(name) ?? el(...make(item));
    child.dataset.key = name;
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
    renew(child, item);
  }
}

/**
 * A table in a section, before its form. A column has a `title`, `silent` where that is for the ear alone, and either
 * the `text` of its cells or what `fills` them.
 */
export class Table {
  #body = el("tbody", { role: "rowgroup" });
  #columns;
  #key;
  #table;
  #empty;

  constructor(section, caption, columns, key, empty) {
    this.#columns = columns;
    this.#key = key;
    const heads = columns.map((column) =>
      el("th", { scope: "col", role: "columnheader", className: column.kind ?? "" },
        column.silent ? el("span", { className: "unseen" }, column.title) : column.title),
    );
    // The roles are said aloud since some browsers forget them where a style makes rows into blocks.
    this.#table = el("table", { role: "table" },
      el("caption", { className: "unseen" }, caption),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
      this.#body,
    );
    this.#empty = el("p", { className: "empty" }, empty);
    const form = section.querySelector("form");
    if (form) form.before(this.#table, this.#empty);
    else section.append(this.#table, this.#empty);
  }

  show(items) {
    show(this.#table, items.length > 0);
    show(this.#empty, items.length === 0);
    fill(this.#body, items, this.#key, () => this.#row(), (row, item) => this.#renew(row, item));
  }

  #row() {
    const cells = this.#columns.map((column) =>
      el("td", { role: "cell", className: column.kind ?? "", data: { label: column.silent ? "" : column.title } }),
    );
    return ["tr", { role: "row" }, ...cells];
  }

  #renew(row, item) {
    this.#columns.forEach(({ text, fills }, number) => {
      const cell = row.children[number];
      if (fills) fills(cell, item);
      else write(cell, text(item));
    });
  }
}

/** Buttons in a cell: each is made once; `choose(item)` gives those that are to be there, as [label, what it does]. */
export function buttons(cell, choices) {
  fill(cell, choices, ([label]) => label, ([label]) => ["button", { type: "button", className: "small" }, label],
    (button, [label, act, name]) => {
      button.onclick = act;
      button.setAttribute("aria-label", `${label.replace("…", "")} ${name}`);
    });
}
