// The styles of a painting: pictures and styles of the gallery, one or several of them blended.

import { gallery } from "./api.js";
import { say } from "./words.js";

export const MOST = 4;
/** What is chosen at first, so that one picture is enough. */
const FIRST = "brushwork";
const SHELF_EDGE = 128;
const DICE = "/page/dice.svg";

const find = (id) => document.getElementById(id);

export class Styles {
  #easel;
  #chosen = [];
  #isResting = false;
  #shelf = find("shelf").querySelector("ul");
  #blending = find("blending");

  /** onChange() is called after every change, announce(sentence) for those who do not see it, complain(sentence). */
  constructor({ easel, onChange, announce, complain }) {
    this.#easel = easel;
    this.onChange = onChange;
    this.announce = announce;
    this.complain = complain;
    find("blend").addEventListener("click", () => this.#blend(!this.#isBlending));
  }

  /** Put the gallery on its shelf, and choose the first style where a person has not chosen yet. */
  async open() {
    const styles = await gallery();
    find("shelf").hidden = !styles.length;
    if (!styles.length) return;
    const offered = [
      { name: "surprise", title: say("surprise"), url: DICE, small: DICE, surprise: true },
      ...styles.map(({ name, title, thumbnail }) => ({
        name,
        title,
        url: thumbnail,
        small: `${thumbnail}?edge=${SHELF_EDGE}`,
      })),
    ];
    this.#shelf.append(...offered.map((style) => this.#button(style)));
    lazily(this.#shelf);
    if (this.isEmpty) this.#choose(offered.find((style) => style.name === FIRST) ?? offered[1]);
  }

  get isEmpty() {
    return !this.#chosen.length;
  }

  /** The one picture that a person has brought, or null. */
  get file() {
    return this.#chosen.length === 1 ? (this.#chosen[0].file ?? null) : null;
  }

  /** What is handed in: files with their weights, and words for the styles of the gallery. */
  get order() {
    const files = this.#chosen.filter((style) => style.file);
    const named = this.#chosen.filter((style) => !style.file);
    const alone = this.#chosen.length === 1;
    const word = ({ surprise, name, weight }) => (surprise ? "surprise" : alone ? `#${name}` : `#${name}:${weight}`);
    return {
      styles: files.map((style) => style.file),
      weights: files.map((style) => style.weight),
      words: named.map(word).join(" "),
    };
  }

  /** Take pictures that a person has brought. */
  bring(files) {
    const styles = files.map((file) => ({ file, title: file.name, url: URL.createObjectURL(file) }));
    if (!this.#isBlending) this.#empty();
    for (const style of styles) this.#add(style);
    this.#show();
  }

  clear() {
    this.#empty();
    this.#show();
    this.announce("");
  }

  /** Whether there is a style at all; a dream has none. */
  set disabled(isDisabled) {
    this.#isResting = isDisabled;
    this.#easel.disabled = isDisabled;
    find("shelf").inert = this.#blending.inert = isDisabled;
    find("blend").disabled = isDisabled;
    this.#show();
  }

  get #isBlending() {
    return find("blend").getAttribute("aria-pressed") === "true";
  }

  #blend(isBlending) {
    find("blend").setAttribute("aria-pressed", isBlending);
    if (isBlending) {
      this.announce(say("blending"));
      this.#shelf.querySelector("button")?.focus();
    }
  }

  #button(style) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.name = style.name;
    button.setAttribute("aria-pressed", false);
    const caption = document.createElement("span");
    caption.textContent = style.title;
    const picture = Object.assign(new Image(), { alt: "", width: 72, height: 72 });
    picture.dataset.src = style.small;
    button.append(picture, caption);
    button.addEventListener("click", () => {
      this.#choose(style);
      this.announce(say("chosen", { style: style.title }));
    });
    item.append(button);
    return item;
  }

  #choose(style) {
    const already = this.#chosen.find((other) => other.name === style.name);
    const together = this.#isBlending && !style.surprise && !this.#chosen.some((other) => other.surprise);
    if (!together) this.#empty();
    if (together && already) this.#drop(already);
    else this.#add(style);
    this.#show();
  }

  #add(style) {
    if (this.#chosen.length === MOST) return this.complain(say("at-most", { most: MOST }));
    this.#chosen.push({ ...style, weight: 1 });
  }

  #drop(style) {
    if (style.file) URL.revokeObjectURL(style.url);
    this.#chosen = this.#chosen.filter((other) => other !== style);
  }

  #empty() {
    for (const style of this.#chosen) this.#drop(style);
  }

  #show() {
    this.#blend(false);
    const chosen = this.#chosen;
    this.#easel.hang(
      chosen.map(({ url, title }) => ({ url, name: title })),
      this.#note(),
    );
    for (const button of this.#shelf.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", chosen.some((style) => style.name === button.dataset.name));
    }
    find("blend").hidden = !chosen.length || chosen.length === MOST || chosen.some((style) => style.surprise);
    this.#blending.hidden = chosen.length < 2;
    this.#blending.querySelector("ul").replaceChildren(...(chosen.length < 2 ? [] : chosen.map((one) => this.#share(one))));
    this.onChange();
  }

  #note() {
    const [style, second] = this.#chosen;
    if (this.#isResting) return say("dreaming");
    if (!style) return undefined;
    if (second) return say("blended", { count: this.#chosen.length });
    if (style.surprise) return say("surprise-note");
    return style.file ? style.title : say("from-gallery", { style: style.title });
  }

  /** A row in which a style's share of the blend is set. */
  #share(style) {
    const row = document.createElement("li");
    const picture = Object.assign(new Image(), { src: style.url, alt: "" });
    const range = Object.assign(document.createElement("input"), { type: "range", min: 5, max: 100, step: 5 });
    range.value = style.weight * 100;
    range.setAttribute("aria-label", say("share", { style: style.title }));
    const label = document.createElement("span");
    label.textContent = style.title;
    const remove = document.querySelector("#style-easel .remove").cloneNode(true);
    remove.hidden = false;
    remove.setAttribute("aria-label", say("remove-share", { style: style.title }));
    range.addEventListener("input", () => {
      style.weight = range.value / 100;
      this.onChange();
    });
    remove.addEventListener("click", () => {
      this.#drop(style);
      this.#show();
    });
    row.append(picture, label, range, remove);
    return row;
  }
}

/** Load the pictures of a shelf when they come near to being seen. */
function lazily(shelf) {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        target.src = target.dataset.src;
        seen.unobserve(target);
      }
    },
    { rootMargin: "64px" },
  );
  for (const image of shelf.querySelectorAll("img")) seen.observe(image);
}
