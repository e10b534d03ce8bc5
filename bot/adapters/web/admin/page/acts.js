/** What an admin can do here: each act is a verb, as in a chat, and its answer is shown. */

import { act, Refusal } from "./api.js";
import { ask } from "./ask.js";
import { find, show, write } from "./dom.js";
import { short, whom } from "./words.js";

let loggedOut = () => {};
export const onLoggedOut = (then) => (loggedOut = then);

/** Say a verb, and show what is answered. */
export async function say(verb, ...words) {
  try {
    answer(await act(verb, ...words));
    return true;
  } catch (problem) {
    if (problem instanceof Refusal && problem.code === "no_session") loggedOut();
    else answer(problem.message, true);
    return false;
  }
}

export function answer(text, refused = false) {
  find("answer").classList.toggle("refused", refused);
  show(find("answer"), Boolean(text));
  write(find("said"), text);
}

export async function pause() {
  const given = await ask({
    title: "Pause?",
    text: "What is being painted is finished, and nothing more is begun. Orders are still taken.",
    fields: [{ name: "reason", label: "What people are told", placeholder: "maintenance", maxLength: 300 }],
    yes: "Pause",
  });
  if (given) await say("pause", given.reason);
}

export async function drain() {
  const sure = await ask({
    title: "Drain?",
    text: "Nothing is taken in any more, on any platform, and what waits is painted to the end.",
    yes: "Drain",
  });
  if (sure) await say("drain");
}

export async function drainAgent(name) {
  const sure = await ask({
    title: `Drain ${name}?`,
    text: "It is given nothing more, and ends what it paints. What waits there goes to others.",
    yes: "Drain the agent",
  });
  if (sure) await say("drain", name);
}

export async function evictAgent(name) {
  const sure = await ask({
    title: `Evict ${name}?`,
    text: "It is given nothing more, and what it paints is begun anew by others at once.",
    yes: "Evict the agent",
  });
  if (sure) await say("evict", name);
}

export const undrainAgent = (name) => say("undrain", name);

export const resume = () => say("resume");

export async function cancel(job) {
  const sure = await ask({
    title: `Cancel ${short(job.id)}?`,
    text: `It is ${whom(job.requester)}’s, who will be told.`,
    yes: "Cancel the painting",
  });
  if (sure) await say("cancel", job.id);
}

export async function ban(who) {
  const given = await ask({
    title: `Ban ${whom(who)}?`,
    text: "No more orders are taken; what they have waiting goes on.",
    fields: [{ name: "reason", label: "Why, which they are told (may be empty)", maxLength: 300 }],
    yes: "Ban",
  });
  return given !== null && say("ban", who, given.reason);
}

export const unban = (who) => say("unban", who);
export const allow = (who) => say("allow", who);
export const disallow = (who) => say("disallow", who);

export async function quota(who, own, usual) {
  const number = { type: "number", min: 0, max: 999999 };
  const given = await ask({
    title: `What may ${whom(who)} ask for?`,
    text: `Anybody may ask for ${usual.per_hour} in an hour and ${usual.per_day} in a day. Both empty: as anybody.`,
    fields: [
      { name: "hour", label: "Paintings in an hour", value: own.per_hour ?? "", ...number },
      { name: "day", label: "Paintings in a day", value: own.per_day ?? "", ...number },
    ],
    yes: "Set",
  });
  if (given === null) return false;
  if (!given.hour && !given.day) return say("quota", who, "default");
  return say("quota", who, given.hour || String(usual.per_hour), given.day || String(usual.per_day));
}

export const resend = (reply) => say("uncertain", reply.job, "resend");
export const countAsSent = (reply) => say("uncertain", reply.job, "sent");
