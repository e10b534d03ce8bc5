/** Numbers as people say them. */

let offset = 0;

/** Note the service's time (Unix seconds), by which all that happened is told. */
export const setClock = (now) => (offset = now - Date.now() / 1000);
export const now = () => Date.now() / 1000 + offset;

export const short = (id) => id.slice(0, 8);

/** Who somebody is; a browser's long name is cut. */
export const whom = (who) => (/^[a-z]+:[0-9a-f]{32}$/.test(who) ? `${who.slice(0, who.indexOf(":") + 9)}…` : who);

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** A length of time: 40 s, 3 min, 2 h, 5 d. */
export function span(seconds) {
  const whole = Math.max(0, seconds);
  if (whole < 99.5) return `${Math.round(whole)} s`;
  if (whole < 90 * 60) return `${Math.round(whole / 60)} min`;
  if (whole < 36 * 3600) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86400)} d`;
}

export const ago = (at) => `${span(now() - at)} ago`;
export const moment = (at) => new Date(at * 1000).toLocaleString();

/** Bytes: 620 MB, 1.2 GB. */
export function bytes(number) {
  if (number >= 999.5e6) return `${(number / 1e9).toFixed(1)} GB`;
  return number >= 1e6 ? `${Math.round(number / 1e6)} MB` : `${Math.ceil(number / 1e3)} kB`;
}

export const dollars = (amount, digits = 2) => `$${amount.toFixed(digits)}`;
export const percent = (part) => `${Math.round(100 * part)} %`;
