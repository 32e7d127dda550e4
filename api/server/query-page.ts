/** A page to try queries on, in development only. It loads nothing from elsewhere. */
export const QUERY_PAGE_CSP =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

export const QUERY_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Gridbook: try a query</title>
<style>
body { margin: 0; font: 14px/1.4 system-ui, sans-serif; color: #1d2733; display: grid; grid-template: auto 1fr / 1fr 1fr; height: 100vh; }
header { grid-column: 1 / 3; display: flex; gap: .8rem; padding: .6rem .8rem; border-bottom: 1px solid #d9dee5; align-items: center; }
header input { flex: 1; } textarea, pre, input { font: 13px/1.5 ui-monospace, monospace; }
textarea, pre { margin: 0; padding: .8rem; border: 0; resize: none; overflow: auto; box-sizing: border-box; width: 100%; height: 100%; }
section { display: grid; grid-template-rows: 3fr auto 1fr; border-right: 1px solid #d9dee5; } label { padding: .3rem .8rem; background: #f4f6f8; }
button { padding: .35rem 1rem; }
</style></head><body>
<header><strong>Gridbook</strong><input id="token" type="password" aria-label="Access token" placeholder="access token" autocomplete="off"><button id="run">Run (Ctrl+Enter)</button></header>
<section><textarea id="query" spellcheck="false" aria-label="Query">{
  viewer { organisation role participantId }
  ledgerInfo { engine height readableHeight }
  markets(first: 5) { edges { node { id marketId state } } }
}</textarea><label for="variables">variables (JSON)</label><textarea id="variables" spellcheck="false">{}</textarea></section>
<pre id="answer" aria-live="polite"></pre>
<script>
const at = (id) => document.getElementById(id);
async function run() {
  at('answer').textContent = '…';
  try {
    const token = at('token').value.trim();
    const response = await fetch('graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: 'Bearer ' + token } : {}) },
      body: JSON.stringify({ query: at('query').value, variables: JSON.parse(at('variables').value || '{}') }),
    });
    at('answer').textContent = JSON.stringify(await response.json(), null, 2);
  } catch (error) { at('answer').textContent = String(error); }
}
at('run').addEventListener('click', run);
document.addEventListener('keydown', (e) => { if (e.ctrlKey && e.key === 'Enter') run(); });
</script></body></html>
`;
