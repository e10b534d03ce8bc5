// The service's API, as the page uses it.

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

/** Hand a job in and return its id. The same key twice is one job, so that a retry paints nothing twice. */
export async function submit(content, style, options, key) {
  const form = new FormData();
  form.append("options", JSON.stringify(options));
  form.append("content", content);
  form.append("style", style);
  const job = await call(JOBS, { method: "POST", body: form, headers: { "Idempotency-Key": key } });
  return job.id;
}

export const cancel = (id) => call(`${JOBS}/${id}`, { method: "DELETE" });

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
      onTrouble("The service cannot be reached; trying again.");
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
    throw new Problem("The service cannot be reached. Is it running?", "unreachable");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(body.detail ?? `The service answered ${response.status}.`, body.code);
  return body;
}
