// The painting, from the queue to the wall.

import { cancel, contentOf, follow, isOver, newKey, vary } from "./api.js";
import { Compare } from "./compare.js";
import { duration, exactly, percent, say } from "./words.js";

const find = (id) => document.getElementById(id);

export class Stage {
  #root = find("stage");
  #canvas = find("stage").querySelector(".canvas");
  #picture = find("stage").querySelector(".picture");
  #figure = find("stage").querySelector("figure");
  #compare = new Compare(find("stage").querySelector(".canvas"));
  #unfollow = () => {};
  #id;
  #job;

  /**
   * onEnd(sentence) is called when there will be no painting, with the reason; onVariation(id) when another job was
   * made of this one's pictures.
   */
  constructor({ onEnd, onVariation, announce }) {
    this.onEnd = onEnd;
    this.onVariation = onVariation;
    this.announce = announce;
    find("cancel").addEventListener("click", () => this.#cancel());
    find("film").addEventListener("click", () => this.#film(find("film").getAttribute("aria-pressed") !== "true"));
    this.#picture.addEventListener("load", () => this.#fit());
  }

  /** Show a job until it ends; contentUrl, if there is one, stands on the canvas until the first preview. */
  show(id, contentUrl) {
    this.#id = id;
    this.#root.hidden = false;
    this.#compare.hide();
    this.#enter("waiting");
    this.#hang(contentUrl ?? contentOf(id), "", true);
    find("stage-note").textContent = "";
    this.#complain("");
    this.#cancelling(false);
    find("progress").removeAttribute("value");
    this.#unfollow = follow(id, {
      onStatus: (job) => this.#update(job),
      onPreview: (url) => this.#hang(url, say("so-far"), false),
      onTrouble: (sentence) => this.#complain(sentence),
      onLost: (problem) => this.onEnd(problem.message),
    });
    find("stage-title").focus();
  }

  hide() {
    this.#unfollow();
    this.#root.hidden = true;
  }

  #update(job) {
    this.#job = job;
    this.#complain("");
    if (job.result) return this.#finish(job);
    if (isOver(job)) return this.onEnd(job.error.detail);
    const waiting = job.status === "queued";
    this.#enter(waiting ? "waiting" : "painting");
    find("stage-note").textContent = waiting ? queueNote(job) : progressNote(job);
    if (waiting || !job.progress) find("progress").removeAttribute("value");
    else find("progress").value = job.progress;
    document.title = `${waiting ? say("tab-waiting") : percent(job.progress)} · Atelier`;
  }

  #finish(job) {
    this.#enter("done");
    this.#film(false);
    this.#compare.show(contentOf(job.id), say("your-picture"));
    find("download").href = `${job.result.url}?download=1`;
    if (job.result.timelapse) find("film-file").href = `${job.result.timelapse}?download=1`;
    for (const id of ["film", "film-file"]) find(id).hidden = !job.result.timelapse;
    find("stage-note").textContent = resultNote(job.result);
    this.#offerVariations(job);
    document.title = `${say("tab-done")} · Atelier`;
  }

  #offerVariations({ id, variations }) {
    const button = (variation) => {
      const made = Object.assign(document.createElement("button"), { type: "button" });
      made.textContent = say(`variation-${variation}`);
      // The same press again, after an answer that was lost, is the same job.
      const key = newKey();
      made.addEventListener("click", () => this.#vary(id, variation, key, made));
      return made;
    };
    find("variations").querySelector(".actions").replaceChildren(...variations.map(button));
    find("variations").hidden = !variations.length;
  }

  async #vary(id, variation, key, button) {
    this.#complain("");
    button.disabled = true;
    try {
      this.onVariation(await vary(id, variation, key));
    } catch (problem) {
      this.#complain(problem.message);
    } finally {
      button.disabled = false;
    }
  }

  /** Play how it was painted, in place of the painting, or stop that. */
  #film(isPlaying) {
    find("film").setAttribute("aria-pressed", isPlaying);
    const { url, timelapse } = this.#job.result;
    if (isPlaying) this.#compare.hide();
    else this.#compare.show(contentOf(this.#job.id), say("your-picture"));
    this.#hang(isPlaying ? `${timelapse}?format=webp` : url, say(isPlaying ? "film-alt" : "finished"), false);
  }

  #enter(state) {
    if (this.#root.dataset.state !== state || this.#root.hidden) this.announce(say(`title-${state}`));
    this.#root.dataset.state = state;
    find("stage-title").textContent = say(`title-${state}`);
    const done = state === "done";
    for (const id of ["cancel", "progress"]) find(id).hidden = done;
    for (const id of ["another", "download"]) find(id).hidden = !done;
    if (!done) for (const id of ["film", "film-file", "variations"]) find(id).hidden = true;
  }

  #hang(url, alt, faint) {
    this.#picture.hidden = false;
    this.#picture.src = url;
    this.#picture.alt = alt;
    this.#picture.classList.toggle("faint", faint);
  }

  #fit() {
    this.#figure.style.setProperty("--ratio", this.#picture.naturalWidth / this.#picture.naturalHeight);
  }

  #complain(sentence) {
    find("stage-error").hidden = !sentence;
    find("stage-error").textContent = sentence;
  }

  async #cancel() {
    this.#cancelling(true);
    try {
      await cancel(this.#id);
    } catch (problem) {
      this.#complain(problem.message);
      this.#cancelling(false);
    }
  }

  #cancelling(isCancelling) {
    find("cancel").disabled = isCancelling;
    find("cancel").textContent = say(isCancelling ? "cancelling" : "cancel");
  }
}

function queueNote({ position, eta_s: eta, paused }) {
  if (paused) return say("paused-place", { reason: paused });
  const wait = eta === null ? "" : duration(eta);
  if (position === 1) return wait ? say("next-in", { wait }) : say("next");
  return wait ? say("number-in", { position, wait }) : say("number", { position });
}

function progressNote(job) {
  if (!job.progress) return say("preparing");
  if (job.eta_s === null) return percent(job.progress);
  return say("percent-left", { percent: Math.round(job.progress * 100), wait: duration(job.eta_s) });
}

function resultNote({ width, height, seconds, notes }) {
  const size = width && height ? say("pixels", { width, height }) : "";
  const time = seconds ? say("painted-in", { time: exactly(seconds) }) : "";
  return [[size, time].filter(Boolean).join(", "), ...(notes ?? [])].filter(Boolean).join(". ");
}
