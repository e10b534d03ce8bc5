// What a person wants of the painting beside its pictures.

import { say } from "./words.js";

const find = (id) => document.getElementById(id);

/** Steps of the strokes' size: the renderer's style_scale, and what is said of it. */
const STROKES = [
  [0.5, "finest"],
  [0.7, "finer"],
  [1, "same"],
  [1.4, "broader"],
  [2, "broadest"],
];
const STRENGTHS = [
  [15, "least"],
  [35, "little"],
  [65, "middle"],
  [85, "much"],
  [100, "most"],
];
const PROTECTIONS = [
  [5, "none"],
  [45, "some"],
  [85, "much"],
  [100, "all"],
];

const upTo = (steps, value) => steps.find(([most]) => value <= most)[1];
const chosen = (name) => document.querySelector(`[name="${name}"]:checked`).value;

export class Options {
  /** onChange() is called after every change. */
  constructor({ onChange }) {
    for (const id of ["strength", "strokes", "protect"]) find(id).addEventListener("input", explain);
    for (const part of document.querySelectorAll("#compose .options")) {
      part.addEventListener("change", () => {
        explain();
        onChange();
      });
    }
    explain();
  }

  get isDream() {
    return Boolean(find("dream").value);
  }

  /** As the API takes them. A dream has fewer. */
  get values() {
    const values = {};
    if (find("size").value) values.size = Number(find("size").value);
    if (find("seed").value) values.seed = Number(find("seed").value);
    if (this.isDream) return { ...values, mode: "dream", layer: find("dream").value };
    return {
      ...values,
      strength: Number(find("strength").value) / 100,
      style_scale: STROKES[find("strokes").value][0],
      colours: chosen("colours"),
      quality: chosen("quality"),
      protect: Number(find("protect").value) / 100,
    };
  }
}

/** A sentence beside each choice. */
function explain() {
  const sentences = {
    strength: say(`strength-${upTo(STRENGTHS, find("strength").value)}`),
    strokes: say(`strokes-${STROKES[find("strokes").value][1]}`),
    protect: say(`protect-${upTo(PROTECTIONS, find("protect").value)}`),
    colours: say(`colours-${chosen("colours")}`),
    quality: say(`quality-${chosen("quality")}`),
  };
  for (const [id, sentence] of Object.entries(sentences)) {
    find(`${id}-note`).textContent = sentence;
    if (find(id)) find(id).setAttribute("aria-valuetext", sentence);
  }
}
