/** What the page asks of the service. Every refusal is an Error with the sentence for a person. */

let csrf = "";

export class Refusal extends Error {
  constructor(problem, response) {
    super(problem.detail ?? "The service does not answer.");
    this.code = problem.code ?? "";
    this.status = response.status;
    this.waitSeconds = Number(response.headers.get("Retry-After"));
  }
}

async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { "X-CSRF-Token": csrf, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  }).catch(() => Promise.reject(new Error("The service cannot be reached.")));
  if (!response.ok) throw new Refusal(await response.json().catch(() => ({})), response);
  return response.status === 204 ? null : response.json();
}

function begun(session) {
  csrf = session.csrf;
  return session;
}

/** The session of this browser; a Refusal where there is none. */
export const session = async () => begun(await ask("GET", "/admin/api/session"));
export const logIn = async (password) => begun(await ask("POST", "/admin/api/session", { password }));
export const logOut = () => ask("DELETE", "/admin/api/session");

/** Do a verb; what the service answers, in lines. */
export const act = async (verb, ...words) =>
  (await ask("POST", "/admin/api/do", { verb, arguments: words.filter(Boolean).join(" ") })).text;

/** Follow how all stands; returns what ends that. */
export function follow({ onState, onCut, onOver }) {
  const source = new EventSource("/admin/events");
  source.addEventListener("state", (event) => onState(JSON.parse(event.data)));
  source.addEventListener("over", () => {
    source.close();
    onOver();
  });
  source.addEventListener("error", () => onCut(source.readyState === EventSource.CLOSED));
  return () => source.close();
}
