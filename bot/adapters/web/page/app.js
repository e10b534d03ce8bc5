// The page: two pictures and two options are put together, a job is watched, a painting hangs.

import { newKey, submit } from "./api.js";
import { Easel } from "./easel.js";
import { Stage } from "./stage.js";

const find = (id) => document.getElementById(id);

const STRENGTHS = [
  [15, "A breath of the manner: your picture stays nearly as it is."],
  [35, "Gentle: your picture leads, the manner tints it."],
  [65, "Balanced: clear shapes, in the manner’s strokes and colours."],
  [85, "Bold: the strokes begin to lead."],
  [100, "Dissolved: shapes melt into the manner."],
];

const form = find("compose");
const easels = ["content-easel", "style-easel"].map(
  (id) => new Easel(find(id), { onFiles: take, onChange: () => renew() }),
);
const [content, style] = easels;
const stage = new Stage({ onEnd: giveUp, announce });

// Renewed with every change and every job, so that only the repetition of a failed request is the same job.
let key;
function renew() {
  key = newKey();
  complain("");
}

function announce(sentence) {
  find("announcer").textContent = sentence;
}

function complain(sentence) {
  find("error").hidden = !sentence;
  find("error").textContent = sentence;
}

/** Put files on an easel and on those after it that are empty. */
function take(files, first) {
  const bad = files.find((file) => file.type && !file.type.startsWith("image/"));
  if (bad) return complain(`“${bad.name}” is not a picture.`);
  if (!files.length) return;
  const others = easels.filter((easel) => easel !== first);
  [first, ...others].slice(0, files.length).forEach((easel, i) => (easel.file = files[i]));
}

const freeEasel = () => easels.find((easel) => easel.hasFocus) ?? easels.find((easel) => !easel.file) ?? content;

function explainStrength() {
  const value = Number(find("strength").value);
  const [, sentence] = STRENGTHS.find(([most]) => value <= most);
  find("strength-note").textContent = sentence;
  find("strength").setAttribute("aria-valuetext", `${value}%`);
}

async function paint(event) {
  event.preventDefault();
  complain("");
  const missing = easels.find((easel) => !easel.file);
  if (missing) {
    complain(missing === content ? "Your picture is missing: what shall be painted?" : "The manner is missing: how shall it be painted?");
    return missing.focus();
  }
  busy(true);
  const options = { strength: Number(find("strength").value) / 100 };
  if (find("size").value) options.size = Number(find("size").value);
  try {
    location.hash = `job=${await submit(content.file, style.file, options, key)}`;
  } catch (problem) {
    complain(problem.message);
  } finally {
    busy(false);
  }
}

function busy(isBusy) {
  find("paint").disabled = isBusy;
  find("paint").textContent = isBusy ? "Sending the pictures…" : "Paint";
}

/** There will be no painting: back to the easels, and say why. */
function giveUp(sentence) {
  history.replaceState(null, "", location.pathname);
  route();
  complain(sentence);
  find("paint").focus();
}

/** The address says what is shown: a job survives a reload, and the back button works. */
function route() {
  const id = location.hash.match(/^#job=([0-9a-f]{32})$/)?.[1];
  stage.hide();
  form.hidden = Boolean(id);
  if (id) return stage.show(id, content.url);
  document.title = "Atelier";
  renew();
}

form.addEventListener("submit", paint);
find("swap").addEventListener("click", () => {
  [content.file, style.file] = [style.file, content.file];
  announce("Swapped");
});
find("strength").addEventListener("input", explainStrength);
for (const id of ["size", "strength"]) find(id).addEventListener("change", renew);
find("another").addEventListener("click", () => {
  history.pushState(null, "", location.pathname);
  route();
  content.focus();
});
addEventListener("hashchange", route);
document.addEventListener("paste", (event) => {
  if (!form.hidden) take([...event.clipboardData.files], freeEasel());
});
// A drop beside the frames must not replace the page by the picture.
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!form.hidden) take([...event.dataTransfer.files], freeEasel());
});

explainStrength();
route();
