/** The page for admins: who is in, what they see, what they do. */

import * as acts from "./acts.js";
import * as api from "./api.js";
import { el, find, show, write } from "./dom.js";
import { furnish, known } from "./house.js";
import { setClock } from "./words.js";

/** Seconds after which times are told anew, where nothing else has changed. */
const TICK_S = 20;

let state = {};
let unfollow = () => {};

function refuse(sentence) {
  write(find("refusal"), sentence);
  show(find("refusal"), Boolean(sentence));
}

function stayOutside(sentence = "") {
  unfollow();
  state = {};
  acts.answer("");
  if (find("question").open) find("question").close("no");
  show(find("house"), false);
  show(find("log-out"), false);
  show(find("cut-off"), false);
  show(find("login"), true);
  show(find("open-line"), !isSecureContext);
  document.title = "Atelier, for admins";
  refuse(sentence);
  find("password").focus();
}

function enter({ verbs }) {
  refuse("");
  find("password").value = "";
  show(find("login"), false);
  show(find("log-out"), true);
  find("known").replaceChildren(...Object.entries(verbs).map(([verb, usage]) => el("option", { value: verb }, usage)));
  unfollow = api.follow({ onState, onCut, onOver: () => stayOutside("You were logged out, since nothing was done for a while.") });
}

function onState(news) {
  const first = !state.now;
  Object.assign(state, news);
  setClock(state.now);
  furnish(state);
  show(find("cut-off"), false);
  show(find("house"), true);
  if (first) find("headline").focus();
}

function onCut(forGood) {
  show(find("cut-off"), true);
  if (forGood) setTimeout(begin, 3000);
}

/** Go in where this browser is logged in. */
async function begin() {
  unfollow();
  try {
    enter(await api.session());
  } catch (problem) {
    if (problem.code === "no_session") stayOutside();
    else if (problem.status) stayOutside(problem.message);
    else onCut(true);
  }
}

find("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  refuse("");
  const button = find("login").querySelector("button");
  button.disabled = true;
  try {
    enter(await api.logIn(find("password").value));
  } catch (problem) {
    refuse(problem.waitSeconds ? `${problem.message} The next try is possible in ${problem.waitSeconds} s.` : problem.message);
    find("password").select();
  } finally {
    button.disabled = false;
  }
});

find("log-out").addEventListener("click", async () => {
  await api.logOut().catch(() => {});
  stayOutside();
});

find("pause").addEventListener("click", acts.pause);
find("drain").addEventListener("click", acts.drain);
find("resume").addEventListener("click", acts.resume);
find("heard").addEventListener("click", () => {
  acts.answer("");
  find("headline").focus();
});

find("somebody").addEventListener("submit", async (event) => {
  event.preventDefault();
  const who = find("who").value.trim();
  const done = event.submitter.value === "quota" ? await acts.quota(who, known(who, state), state.people) : await acts[event.submitter.value](who);
  if (done) find("who").value = "";
});

find("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [verb, ...words] = find("line").value.trim().split(/\s+/);
  if (await acts.say(verb, ...words)) find("line").value = "";
});

acts.onLoggedOut(() => stayOutside("You were logged out, since nothing was done for a while."));
setInterval(() => state.now && furnish(state), TICK_S * 1000);
begin();
