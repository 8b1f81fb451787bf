// The page on which queries are tried: a text for the query, one for its variables, and the answer.

/** The page's only script. */
export const playgroundScript = `
const byId = (id) => document.getElementById(id);
const keep = "stepwright-graphql";
try { Object.entries(JSON.parse(localStorage.getItem(keep) ?? "{}")).forEach(([id, text]) => { byId(id).value = text; }); } catch {}
async function run() {
  const query = byId("query").value;
  const variables = byId("variables").value;
  localStorage.setItem(keep, JSON.stringify({ query, variables }));
  const show = (text) => { byId("answer").textContent = text; };
  let values;
  try { values = variables.trim() === "" ? {} : JSON.parse(variables); }
  catch (error) { return show("The variables are not JSON: " + error.message); }
  show("…");
  try {
    const response = await fetch("/v0/gql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables: values }),
    });
    if (response.status === 401) return show("This server has keys: log in on the dashboard first, then run the query again.");
    show(JSON.stringify(await response.json(), null, 2));
  } catch (error) { show("The server does not answer: " + error.message); }
}
byId("run").addEventListener("click", run);
document.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(); });
`;

/** The page's only style. */
export const playgroundStyle = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; padding: 1rem; display: grid; gap: 1rem; grid-template: auto 1fr / 1fr 1fr; box-sizing: border-box; min-height: 100vh; }
h1 { grid-column: 1 / -1; font-size: 1.1rem; margin: 0; }
section { display: flex; flex-direction: column; gap: 0.5rem; min-width: 0; }
textarea, output { font: 13px/1.5 ui-monospace, monospace; box-sizing: border-box; width: 100%; margin: 0; padding: 0.5rem; border: 1px solid #8886; border-radius: 4px; }
#query { flex: 3; min-height: 16rem; }
#variables { flex: 1; min-height: 5rem; }
output { flex: 1; display: block; min-height: 16rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
button { align-self: start; padding: 0.4rem 1rem; }
@media (max-width: 50rem) { body { grid-template: auto auto auto / 1fr; } }
`;

const example = `query {
  runs(first: 10, orderBy: [{ field: QUEUED_AT, direction: DESC }], filter: { from: "2020-01-01T00:00:00Z" }) {
    edges { node { id status function { slug } queuedAt endedAt } }
    totalCount
  }
}`;

/** The page. */
export const playgroundPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GraphQL · Stepwright</title>
<style>${playgroundStyle}</style>
</head>
<body>
<h1>GraphQL: POST /v0/gql</h1>
<section>
<label for="query">Query</label>
<textarea id="query" spellcheck="false">${example}</textarea>
<label for="variables">Variables (JSON)</label>
<textarea id="variables" spellcheck="false"></textarea>
<button id="run" type="button">Run (Ctrl+Enter)</button>
</section>
<section>
<label for="answer">Answer</label>
<output id="answer" tabindex="0"></output>
</section>
<script>${playgroundScript}</script>
</body>
</html>
`;
