/** A question before something is done, with what has to be known for it. */

import { el, find, show } from "./dom.js";

/** Ask; the fields' values by name, or null where it is to be left. A field is {name, label, …properties of its input}. */
export function ask({ title, text = "", fields = [], yes }) {
  const dialog = find("question");
  find("question-title").textContent = title;
  find("question-text").textContent = text;
  show(find("question-text"), Boolean(text));
  find("question-yes").textContent = yes;
  const inputs = fields.map(({ label, ...properties }) => el("input", { id: `question-${properties.name}`, autocomplete: "off", ...properties }));
  find("question-fields").replaceChildren(
    ...fields.flatMap(({ label }, number) => [el("label", { htmlFor: inputs[number].id }, label), inputs[number]]),
  );
  dialog.returnValue = "no";
  dialog.showModal();
  // Enter says yes where there is something to write, and else needs a choice.
  (inputs[0] ?? dialog.querySelector("[value=no]")).focus();
  return new Promise((resolve) => {
    dialog.onclose = () =>
      resolve(dialog.returnValue === "yes" ? Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()])) : null);
  });
}
