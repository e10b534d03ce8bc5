// The painting, from the queue to the wall.

import { cancel, follow, isOver } from "./api.js";

const find = (id) => document.getElementById(id);

const TITLES = { waiting: "Waiting for the easel", painting: "Painting", done: "Your painting" };

export class Stage {
  #root = find("stage");
  #picture = find("stage").querySelector(".picture");
  #figure = find("stage").querySelector("figure");
  #unfollow = () => {};
  #id;

  /** onEnd(sentence) is called when there will be no painting; the sentence says why. */
  constructor({ onEnd, announce }) {
    this.onEnd = onEnd;
    this.announce = announce;
    find("cancel").addEventListener("click", () => this.#cancel());
    this.#picture.addEventListener("load", () => this.#fit());
  }

  /** Show a job until it ends; contentUrl, if there is one, stands on the canvas until the first preview. */
  show(id, contentUrl) {
    this.#id = id;
    this.#root.hidden = false;
    this.#enter("waiting");
    this.#hang(contentUrl, "", true);
    find("stage-note").textContent = "";
    this.#complain("");
    this.#cancelling(false);
    find("progress").removeAttribute("value");
    this.#unfollow = follow(id, {
      onStatus: (job) => this.#update(job),
      onPreview: (url) => this.#preview(url),
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
    this.#complain("");
    if (job.result) return this.#finish(job);
    if (isOver(job)) return this.onEnd(job.error.detail);
    const waiting = job.status === "queued";
    this.#enter(waiting ? "waiting" : "painting");
    find("stage-note").textContent = waiting ? queueNote(job) : progressNote(job);
    if (waiting || !job.progress) find("progress").removeAttribute("value");
    else find("progress").value = job.progress;
    document.title = waiting ? "Waiting · Atelier" : `${percent(job)} · Atelier`;
  }

  #preview(url) {
    this.#hang(url, "The painting so far", false);
  }

  #finish(job) {
    this.#enter("done");
    this.#hang(job.result.url, "The finished painting", false);
    find("download").href = `${job.result.url}?download=1`;
    find("stage-note").textContent = resultNote(job.result);
    document.title = "Finished · Atelier";
  }

  #enter(state) {
    if (this.#root.dataset.state !== state || this.#root.hidden) this.announce(TITLES[state]);
    this.#root.dataset.state = state;
    find("stage-title").textContent = TITLES[state];
    const done = state === "done";
    for (const id of ["cancel", "progress"]) find(id).hidden = done;
    for (const id of ["another", "download"]) find(id).hidden = !done;
  }

  #hang(url, alt, faint) {
    this.#picture.hidden = !url;
    if (!url) return this.#picture.removeAttribute("src");
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
    find("cancel").textContent = isCancelling ? "Cancelling…" : "Cancel";
  }
}

const percent = (job) => `${Math.round(job.progress * 100)}%`;

function queueNote({ position, eta_s: eta, paused }) {
  if (paused) return `Painting is paused: ${paused} Your place is kept.`;
  const place = position === 1 ? "Next in line" : `Number ${position} in line`;
  return eta === null ? place : `${place}, ready in ${duration(eta)}`;
}

function progressNote(job) {
  if (!job.progress) return "Preparing the canvas";
  return job.eta_s === null ? percent(job) : `${percent(job)}, ${duration(job.eta_s)} left`;
}

function resultNote({ width, height, seconds }) {
  const size = width && height ? `${width} × ${height} pixels` : "";
  return [size, seconds && `painted in ${exactly(seconds)}`].filter(Boolean).join(", ");
}

function duration(seconds) {
  if (seconds < 10) return "a few seconds";
  return seconds < 90 ? `about ${Math.round(seconds / 5) * 5} seconds` : `about ${Math.round(seconds / 60)} minutes`;
}

function exactly(seconds) {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
