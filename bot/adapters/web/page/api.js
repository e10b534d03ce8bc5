// The service's API, as the page uses it.

import { say } from "./words.js";

const JOBS = "/api/v1/jobs";
const RETRY_MS = 3000;

/** An error that the service explains, with its stable code. */
export class Problem extends Error {
  constructor(detail, code) {
    super(detail);
    this.code = code;
  }
}

export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * Hand a job in and return its id: content and styles are files, weights one number for each of these, words name
 * styles of the gallery. The same key twice is one job, so that a retry paints nothing twice.
 */
export async function submit({ content, styles, weights, words, options }, key) {
  const form = new FormData();
  form.append("options", JSON.stringify(options));
  if (words) form.append("words", words);
  if (styles.length > 1 || (styles.length && words)) form.append("weights", JSON.stringify(weights));
  form.append("content", content);
  for (const style of styles) form.append("style", style);
  const job = await call(JOBS, { method: "POST", body: form, headers: { "Idempotency-Key": key } });
  return job.id;
}

/** A painting from the pictures of another one; returns the id of its job. */
export async function vary(id, variation, key) {
  const init = {
    method: "POST",
    body: JSON.stringify({ variation }),
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
  };
  return (await call(`${JOBS}/${id}/variations`, init)).id;
}

export const cancel = (id) => call(`${JOBS}/${id}`, { method: "DELETE" });

/** Own jobs, the newest first: `{jobs, next}`; `after` is the `next` of the page before. */
export const mine = (after) => call(`${JOBS}?limit=24${after ? `&after=${encodeURIComponent(after)}` : ""}`);

/** Delete everything of this browser's; returns how many paintings there were. */
export const eraseMine = async () => (await call("/api/v1/me", { method: "DELETE" })).deleted;

/** Whether and how busily the service works. */
export const status = () => call("/api/v1/status");

/** The styles of the gallery. */
export const gallery = async () => (await call("/api/v1/gallery")).styles;

export const contentOf = (id) => `${JOBS}/${id}/content?edge=1536`;
export const thumbnailOf = (job) => (job.result ? `${job.result.url}?edge=320` : `${JOBS}/${job.id}/content?edge=320`);

/**
 * Follow a job until it ends; returns a function that stops following.
 * Calls onStatus(job), onPreview(dataUrl), onTrouble(sentence) while the service cannot be reached, and
 * onLost(problem) when it does not know the job.
 */
export function follow(id, { onStatus, onPreview, onTrouble, onLost }) {
  let source;
  let timer;
  let stopped = false;
  const stop = () => {
    stopped = true;
    source?.close();
    clearTimeout(timer);
  };
  const start = () => {
    source = new EventSource(`${JOBS}/${id}/events`);
    source.addEventListener("status", (event) => {
      const job = JSON.parse(event.data);
      if (isOver(job)) stop();
      onStatus(job);
    });
    source.addEventListener("preview", (event) => onPreview(`data:image/jpeg;base64,${event.data}`));
    source.addEventListener("error", async () => {
      onTrouble(say("trying-again"));
      if (source.readyState !== EventSource.CLOSED) return; // the browser reconnects by itself
      try {
        await call(`${JOBS}/${id}`);
      } catch (error) {
        if (error.code === "unknown_job" && !stopped) return onLost(error);
      }
      if (!stopped) timer = setTimeout(start, RETRY_MS);
    });
  };
  start();
  return stop;
}

export const isOver = (job) => Boolean(job.result) || !["queued", "rendering", "rendered"].includes(job.status);

async function call(url, init) {
  let response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new Problem(say("unreachable"), "unreachable");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(body.detail ?? say("answered", { status: response.status }), body.code);
  return body;
}
