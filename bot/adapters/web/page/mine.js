// Own paintings: what this browser has had painted, to be looked at again or deleted.

import { eraseMine, mine, thumbnailOf } from "./api.js";
import { moment, say } from "./words.js";

const find = (id) => document.getElementById(id);

export class Mine {
  #root = find("mine");
  #wall = find("mine").querySelector(".wall");
  #next = null;

  /** announce(sentence) tells those who do not see it. */
  constructor({ announce }) {
    this.announce = announce;
    find("older").addEventListener("click", () => this.#load());
    find("erase").addEventListener("click", () => find("erase-dialog").showModal());
    find("erase-dialog").addEventListener("close", (event) => {
      if (event.target.returnValue === "yes") this.#erase();
      event.target.returnValue = "";
    });
  }

  show() {
    this.#root.hidden = false;
    this.#wall.replaceChildren();
    this.#next = null;
    this.#load();
    find("mine-title").focus();
  }

  hide() {
    this.#root.hidden = true;
  }

  async #load() {
    this.#complain("");
    try {
      const { jobs, next } = await mine(this.#next);
      this.#next = next;
      this.#wall.append(...jobs.map(card));
    } catch (problem) {
      this.#complain(problem.message);
    }
    this.#count();
  }

  async #erase() {
    this.#complain("");
    try {
      const count = await eraseMine();
      this.#wall.replaceChildren();
      this.#next = null;
      this.#count();
      this.announce(say("erased", { count }));
      find("mine-title").focus();
    } catch (problem) {
      this.#complain(problem.message);
    }
  }

  #count() {
    const some = this.#wall.childElementCount > 0;
    this.#root.querySelector(".empty").hidden = some;
    find("erase").hidden = !some;
    find("older").hidden = !this.#next;
  }

  #complain(sentence) {
    find("mine-error").hidden = !sentence;
    find("mine-error").textContent = sentence;
  }
}

function card(job) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: `#job=${job.id}` });
  const isGone = ["rendered", "delivered"].includes(job.status) && !job.result;
  const state = say(`state-${isGone ? "gone" : job.status}`);
  const picture = Object.assign(new Image(), { src: thumbnailOf(job), alt: "", loading: "lazy" });
  // Pictures go before the list does.
  picture.addEventListener("error", () => picture.remove());
  const frame = document.createElement("span");
  frame.className = "thumbnail";
  frame.append(picture);
  const title = document.createElement("strong");
  title.textContent = state;
  const when = Object.assign(document.createElement("time"), { dateTime: job.created_at });
  when.textContent = moment(job.created_at);
  link.append(frame, title, when);
  link.dataset.status = job.status;
  if (job.error) link.title = job.error.detail;
  item.append(link);
  return item;
}
