/** The house as it stands: each part of the state has its place on the page. */

import * as acts from "./acts.js";
import { buttons, el, fill, find, show, Table, write } from "./dom.js";
import { ago, bytes, count, dollars, moment, now, percent, short, span, whom } from "./words.js";

/** A cell with somebody's name, whole for who points at it. */
function name(cell, who) {
  write(cell, whom(who));
  cell.title = who;
}

function when(cell, at) {
  if (!cell.firstChild) cell.append(el("time"));
  const time = cell.firstChild;
  time.dateTime = new Date(at * 1000).toISOString();
  time.title = moment(at);
  write(time, ago(at));
}

const id = { title: "Id", kind: "mono", text: (job) => short(job.id ?? job.job) };
const whose = { title: "Whose", kind: "who", fills: (cell, job) => name(cell, job.requester) };

/** How far a job is: a bar while it is painted, else when it will be. */
function standing(cell, job) {
  if (!cell.firstChild) cell.append(el("progress", { max: 1 }), el("span"));
  const [bar, text] = cell.children;
  show(bar, job.status === "rendering");
  bar.value = job.fraction ?? 0;
  bar.setAttribute("aria-label", `Part of ${short(job.id)} that is painted`);
  const left = job.eta_s === null ? "" : span(job.eta_s);
  write(text, { queued: `in about ${left}`, rendering: `${percent(job.fraction ?? 0)}, ${left} to go`, rendered: "painted, to be sent" }[job.status]);
}

const queue = new Table(find("queue"), "Open jobs", [
  id,
  whose,
  { title: "What", text: (job) => [job.mode, job.size && `${job.size} px`].filter(Boolean).join(", ") },
  { title: "State", kind: "wide", fills: standing },
  { title: "Asked", kind: "time", fills: (cell, job) => when(cell, job.created_at) },
  {
    title: "Acts", silent: true, kind: "acts",
    fills: (cell, job) => buttons(cell, job.status === "rendered" ? [] : [["Cancel…", () => acts.cancel(job), short(job.id)]]),
  },
], (job) => job.id, "Nothing waits, and nothing is being painted.");

let usual = {};
const quotaOf = (person) => (person.per_hour === null && person.per_day === null ? "" : `${person.per_hour} / ${person.per_day}`);

const people = new Table(find("people"), "People and groups", [
  { title: "Who", kind: "who", fills: (cell, person) => name(cell, person.who) },
  { title: "Hour", kind: "number", text: (person) => person.within_hour },
  { title: "Day", kind: "number", text: (person) => person.within_day },
  { title: "Open", kind: "number", text: (person) => person.open },
  { title: "Quota", kind: "number", text: (person) => quotaOf(person) || "usual" },
  { title: "Standing", fills: standingOf },
  {
    title: "Acts", silent: true, kind: "acts",
    fills: (cell, person) => buttons(cell, [
      ["Quota…", () => acts.quota(person.who, person, usual), person.who],
      person.banned === null ? ["Ban…", () => acts.ban(person.who), person.who] : ["Unban", () => acts.unban(person.who), person.who],
      ...(person.allowed ? [["Disallow", () => acts.disallow(person.who), person.who]] : []),
    ]),
  },
], (person) => person.who, "Nobody has asked for anything in the last day, and nobody is banned.");

function standingOf(cell, person) {
  const marks = [
    ...(person.allowed ? [["mark good", "on the list"]] : []),
    ...(person.banned === null ? [] : [["mark bad", "banned"]]),
    ...(person.banned ? [["note", ` ${person.banned}`]] : []),
  ];
  fill(cell, marks, ([, text]) => text, ([className, text]) => ["span", { className }, text], () => {});
}

const uncertain = new Table(find("uncertain"), "Uncertain replies", [
  id,
  whose,
  { title: "What", text: (reply) => reply.what },
  { title: "Why", kind: "wide", text: (reply) => reply.error ?? "" },
  { title: "When", kind: "time", fills: (cell, reply) => when(cell, reply.since) },
  {
    title: "Acts", silent: true, kind: "acts",
    fills: (cell, reply) => buttons(cell, [
      ["Send again", () => acts.resend(reply), short(reply.job)],
      ["It arrived", () => acts.countAsSent(reply), short(reply.job)],
    ]),
  },
], (reply) => reply.job, "No reply is uncertain.");

const failed = new Table(find("failed"), "Failed paintings", [
  id,
  whose,
  { title: "Reason", kind: "wide", text: (job) => (job.explanation ? `${job.reason}: ${job.explanation}` : job.reason) },
  { title: "When", kind: "time", fills: (cell, job) => when(cell, job.ended_at) },
], (job) => job.id, "No painting has failed.");

const audit = new Table(find("audit"), "What admins did", [
  { title: "When", kind: "time", fills: (cell, entry) => when(cell, entry.at) },
  { title: "Who", kind: "who", text: (entry) => entry.by },
  { title: "What", kind: "wide", text: (entry) => `${entry.verb} ${entry.arguments}`.trim() },
  {
    title: "Outcome", kind: "wide",
    fills: (cell, entry) => {
      cell.classList.toggle("refused", entry.outcome !== "ok");
      write(cell, entry.outcome === "ok" ? entry.said || "done" : `${entry.outcome}${entry.said && `: ${entry.said}`}`);
    },
  },
], (entry) => `${entry.at} ${entry.by}`, "No admin has done anything yet.");

/** A card: a title, a mark, and lines below. */
const card = () => ["li", {}, el("p", {}, el("strong"), " ", el("span", { className: "mark" })), el("p", { className: "note" }), el("div")];

function renewCard(element, title, [kind, state], note) {
  const [head, below] = element.children;
  write(head.firstChild, title);
  head.lastChild.className = `mark ${kind}`;
  write(head.lastChild, state);
  write(below, note);
  show(below, Boolean(note));
}

const MARKS = { idle: "good", painting: "busy", starting: "fair", down: "bad" };

function worker(element, one) {
  const device = [one.device, one.device_name].filter(Boolean).join(", ");
  const job = one.job && `painting ${short(one.job)}${one.since ? ` for ${span(now() - one.since)}` : ""}`;
  const lines = [
    device,
    one.agent && `class ${one.device_class ?? "not known yet"}`,
    one.agent && `agent ${one.agent.name} holds ${one.agent.held} and paints ${one.agent.slots} at a time`,
    one.agent && `heard ${ago(one.agent.seen_at)}`,
    one.memory !== null && `${bytes(one.memory)} of memory`,
    job,
    one.restarts > 0 && `begun anew ${count(one.restarts, "time")}`,
    one.reason,
  ];
  const mark = one.agent?.drained ? ["fair", `${one.state}, drained`] : [MARKS[one.state] ?? "fair", one.state];
  renewCard(element, one.name, mark, lines.filter(Boolean).join(" · "));
  buttons(element.children[2], one.agent ? agentActs(one.agent) : []);
}

function agentActs({ name, drained }) {
  const begin = drained ? ["Undrain", () => acts.undrainAgent(name), name] : ["Drain…", () => acts.drainAgent(name), name];
  return [begin, ["Evict…", () => acts.evictAgent(name), name]];
}

function platform(element, [title, state]) {
  const mark = state === "up" ? ["good", "up"] : state.startsWith("down") ? ["bad", "down"] : ["fair", "in trouble"];
  renewCard(element, title, mark, state === "up" ? "" : state.replace(/^down: /, ""));
}

/** What a platform has cost within a time, as a bar up to its limit. */
function budget(title, spent, limit) {
  const sum = Object.values(spent).reduce((all, kind) => all + kind.dollars, 0);
  const kinds = Object.entries(spent).sort(([, a], [, b]) => b.dollars - a.dollars);
  return {
    title, sum, limit,
    note: kinds.map(([kind, one]) => `${kind.replaceAll("_", " ")} ${one.calls} for ${dollars(one.dollars, 3)}`).join(" · "),
  };
}

function renewBudget(element, one) {
  const [head, bar, note] = element.children;
  write(head, `${one.title}: ${dollars(one.sum)} of ${dollars(one.limit)}`);
  bar.max = one.limit || 1;
  bar.value = one.limit ? one.sum : 1;
  bar.setAttribute("aria-label", one.title);
  bar.classList.toggle("full", one.sum >= 0.8 * one.limit);
  write(note, one.note);
  show(note, Boolean(one.note));
}

const spendList = el("ul", { className: "cards" });
const spendEmpty = el("p", { className: "empty" }, "No platform that charges is served.");
find("spend").append(spendList, spendEmpty);

/** An entry of a log: its time or source, and its text. */
const entry = () => ["li", {}, el("span", { className: "note" }), el("span", {})];

function headline(doors) {
  if (doors.disk_opens_mb !== null) return ["bad", "Closed: the disk is nearly full"];
  if (doors.drained) return ["fair", "Drained: nothing is taken in"];
  if (doors.paused !== null) return ["fair", "Paused: nothing more is begun"];
  return ["good", "Open"];
}

const empties = new Map();

/** A list, or a sentence where there is nothing. */
function list(place, items, key, make, renew, sentence) {
  if (!empties.has(place)) {
    empties.set(place, el("p", { className: "empty" }, sentence));
    place.after(empties.get(place));
  }
  show(place, items.length > 0);
  show(empties.get(place), items.length === 0);
  fill(place, items, key, make, renew);
}

const PARTS = {
  doors(doors, state) {
    const [kind, text] = headline(doors);
    find("doors").dataset.state = kind;
    write(find("headline"), text);
    const told = [
      doors.paused !== null && `People are told: ${doors.paused}`,
      doors.disk_opens_mb !== null && `It opens by itself when ${doors.disk_opens_mb} MB are free.`,
    ].filter(Boolean);
    write(find("told"), told.join(" "));
    show(find("told"), told.length > 0);
    show(find("pause"), doors.paused === null);
    show(find("drain"), !doors.drained);
    show(find("resume"), doors.paused !== null || doors.drained);
    document.title = `${state.queue.waiting ? `(${state.queue.waiting}) ` : ""}${text.split(":")[0]} · Atelier, for admins`;
  },
  queue(part, state) {
    const parts = [`${part.waiting} waiting`, `${part.painting} being painted`, `${part.painted} to be sent`];
    const when = part.empty_s !== null && (state.doors.paused === null ? `in about ${span(part.empty_s)}` : `about ${span(part.empty_s)} after it goes on`);
    const end = when ? ` All are painted ${when}.` : "";
    write(find("depth"), `${parts.join(", ")}.${end}`);
    queue.show(part.jobs);
  },
  workers: (all) => list(find("renderers"), all, (one) => one.name, card, worker, "There is no renderer."),
  platforms: (all) => list(find("platforms"), Object.entries(all), ([title]) => title, card, platform, "No platform is served."),
  people(part) {
    usual = part;
    write(find("usual"), `What is asked for in the last hour and the last day. Anybody may ask for ${part.per_hour} in an hour and ${part.per_day} in a day.`);
    people.show(part.known);
  },
  uncertain: (replies) => uncertain.show(replies),
  failed: (jobs) => failed.show(jobs),
  spend(platforms) {
    const all = platforms.flatMap((one) => [
      budget(`${one.platform.toUpperCase()} today`, one.today, one.per_day),
      budget(`${one.platform.toUpperCase()} this month`, one.this_month, one.per_month),
    ]);
    show(spendEmpty, all.length === 0);
    fill(spendList, all, (one) => one.title, () => ["li", {}, el("p"), el("progress"), el("p", { className: "note" })], renewBudget);
  },
  disk(part) {
    write(find("room"), `${bytes(part.free)} of ${bytes(part.total)} are free; below ${bytes(part.closes_below)} nothing is taken in.`);
    find("used").max = part.total;
    find("used").value = part.total - part.free;
    find("used").classList.toggle("full", part.free < 2 * part.closes_below);
    const kinds = Object.entries(part.kinds).sort(([, a], [, b]) => b - a);
    fill(find("kinds"), kinds, ([kind]) => kind, () => ["li", {}, el("span"), el("span")], (row, [kind, size]) => {
      write(row.firstChild, kind);
      write(row.lastChild, bytes(size));
    });
  },
  notices: (all) => list(find("told-lately"), all, (one) => `${one.at} ${one.text}`, entry, (row, one) => {
    write(row.firstChild, `${ago(one.at)} · ${one.kind}`);
    write(row.lastChild, one.text);
  }, "Nothing has happened that you should know."),
  settings: (all) => list(find("in-force"), all, (one) => one.name, entry, (row, one) => {
    write(row.firstChild, `${one.name} · ${one.origin}`);
    write(row.lastChild, one.value);
  }, "Everything is set as it comes."),
  audit: (entries) => audit.show(entries),
};

/** Show a state. */
export function furnish(state) {
  for (const [part, renew] of Object.entries(PARTS)) renew(state[part], state);
}

/** What somebody else may ask for, as far as it is known here. */
export const known = (who, state) => state.people.known.find((person) => person.who === who) ?? { per_hour: null, per_day: null };
