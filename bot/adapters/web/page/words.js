// The page's sentences, in its language: patterns from the service, filled in here.

const root = document.documentElement;
const patterns = JSON.parse(document.getElementById("words").textContent);
const numbers = new Intl.NumberFormat(root.lang, { useGrouping: false });
const plurals = new Intl.PluralRules(root.lang);
const days = new Intl.DateTimeFormat(root.lang, { dateStyle: "medium", timeStyle: "short" });

/** The sentence of that name with its variables. */
export function say(name, variables = {}) {
  const pattern = patterns[`script-${name}`];
  if (pattern === undefined) throw new Error(`nothing is said by the name ${name}`);
  return filled(pattern, variables);
}

function filled(pattern, variables) {
  if (typeof pattern === "string") return pattern;
  if (Array.isArray(pattern)) return pattern.map((part) => filled(part, variables)).join("");
  if (pattern.of) return written(variables[pattern.of]);
  const value = variables[pattern.by];
  const { cases } = pattern;
  const found = cases[String(value)] ?? cases[typeof value === "number" ? plurals.select(value) : ""];
  return filled(found ?? cases[pattern.else], variables);
}

const written = (value) => (typeof value === "number" ? numbers.format(value) : String(value));

/** About how long, as people say it. */
export function duration(seconds) {
  if (seconds < 10) return say("seconds-few");
  if (seconds < 90) return say("seconds", { number: Math.round(seconds / 5) * 5 });
  if (seconds < 90 * 60) return say("minutes", { number: Math.round(seconds / 60) });
  return say("hours", { number: Math.round(seconds / 3600) });
}

/** How long it took. */
export function exactly(seconds) {
  const whole = Math.round(seconds);
  const parts = { minutes: Math.floor(whole / 60), seconds: whole % 60 };
  return say(parts.minutes ? "exact-minutes" : "exact-seconds", parts);
}

export const percent = (fraction) => say("percent", { percent: Math.round(fraction * 100) });

/** A moment, given as RFC 3339. */
export const moment = (text) => days.format(new Date(text));
