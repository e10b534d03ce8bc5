// The page: pictures and options are put together, a job is watched, a painting hangs.

import { newKey, status, submit } from "./api.js";
import { Easel } from "./easel.js";
import { Mine } from "./mine.js";
import { Options } from "./options.js";
import { Stage } from "./stage.js";
import { Styles } from "./styles.js";
import { say } from "./words.js";

const YEAR_S = 365 * 24 * 3600;
const LOOK_AGAIN_MS = 5000;

const find = (id) => document.getElementById(id);
const form = find("compose");

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

const content = {
  file: null,
  url: null,
  easel: new Easel(find("content-easel"), { onFiles: take, onRemove: () => paintFrom(null) }),
};
const styleEasel = new Easel(find("style-easel"), { onFiles: take, onRemove: () => styles.clear() });
const styles = new Styles({ easel: styleEasel, onChange: compose, announce, complain });
const options = new Options({ onChange: compose });
const stage = new Stage({ onEnd: giveUp, onVariation: (id) => (location.hash = `job=${id}`), announce });
const mine = new Mine({ announce });

/** What was put together has changed. */
function compose() {
  renew();
  find("swap").hidden = !styles.file || options.isDream;
}

function paintFrom(file) {
  if (content.url) URL.revokeObjectURL(content.url);
  content.file = file;
  content.url = file && URL.createObjectURL(file);
  content.easel.hang(file ? [{ url: content.url, name: file.name }] : [], file?.name);
  compose();
}

/** Put files on an easel; of several on the content's, the others are styles. */
function take(files, easel) {
  const bad = files.find((file) => file.type && !file.type.startsWith("image/"));
  if (bad) return complain(say("no-picture", { name: bad.name }));
  const [first, ...others] = files;
  if (!first) return;
  if (easel === styleEasel) return styles.bring(files);
  paintFrom(first);
  if (others.length) styles.bring(others);
}

/** The easel for pictures that were pasted or dropped beside the frames. */
function freeEasel() {
  if (styleEasel.hasFocus) return styleEasel;
  return content.easel.hasFocus || !content.file ? content.easel : styleEasel;
}

async function paint(event) {
  event.preventDefault();
  complain("");
  if (!content.file) return miss(say("content-missing"), content.easel);
  if (styles.isEmpty && !options.isDream) return miss(say("style-missing"), styleEasel);
  const order = { content: content.file, options: options.values, styles: [], ...(options.isDream ? {} : styles.order) };
  busy(true);
  try {
    location.hash = `job=${await submit(order, key)}`;
  } catch (problem) {
    complain(problem.message);
    look();
  } finally {
    busy(false);
  }
}

function miss(sentence, easel) {
  complain(sentence);
  easel.focus();
}

function busy(isBusy) {
  find("paint").disabled = isBusy;
  find("paint").textContent = say(isBusy ? "sending" : "paint");
}

/** Say how busy the service is, and whether it takes anything at all. */
async function look() {
  let now;
  try {
    now = await status();
  } catch {
    return; // whoever sends something will be told
  }
  if (form.hidden) return; // another page was turned to meanwhile
  const closed = now.open ? "" : say(`closed-${now.why}`);
  const notice = closed || (now.paused ? say("paused", { reason: now.paused }) : "");
  find("notice").hidden = !notice;
  find("notice").textContent = notice;
  const ahead = now.waiting + now.painting;
  find("outlook").textContent = notice ? "" : ahead ? say("waiting", { count: ahead }) : say("free");
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
  const isWall = location.hash === "#mine";
  stage.hide();
  mine.hide();
  form.hidden = Boolean(id) || isWall;
  find("notice").hidden = true;
  find("to-mine").toggleAttribute("aria-current", isWall);
  if (id) return stage.show(id, content.url);
  document.title = "Atelier";
  if (isWall) return mine.show();
  renew();
  look();
}

form.addEventListener("submit", paint);
find("dream").addEventListener("change", () => (styles.disabled = options.isDream));
find("swap").addEventListener("click", () => {
  const [former, latter] = [content.file, styles.file];
  paintFrom(latter);
  styles.clear();
  if (former) styles.bring([former]);
  announce(say("swapped"));
});
find("another").addEventListener("click", () => {
  history.pushState(null, "", location.pathname);
  route();
  content.easel.focus();
});
find("language").addEventListener("change", (event) => {
  document.cookie = `atelier_language=${event.target.value};path=/;max-age=${YEAR_S};samesite=lax`;
  void document.cookie; // It may be stored while we go on, and not be there yet for the reload: reading waits for it.
  location.reload();
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

compose();
route();
setInterval(() => form.hidden || document.hidden || look(), LOOK_AGAIN_MS);
styles.open().catch((problem) => complain(problem.message));
