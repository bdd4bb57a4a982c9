// Loads the program and hands each island to it. A file and not an inline script, so that it also runs under a second
// content security policy that a proxy adds and that does not know the nonces of the first.
const file = (name, again) => new URL(name + again, import.meta.url).href;

let begun = false;
const load = async (again) => {
  const program = await import(file('connect.js', again));
  await program.default({ module_or_path: file('connect.wasm', again) });
  if (begun) return;
  begun = true;
  window.__connectIsland = (island, name) => program[name](island);
  program.hydrate();
};

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// A policy may forbid wasm, and some browsers have none in their strictest mode.
const mayRun = () => {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
};

// The page becomes what it is without scripts: its forms work, and one that waits is loaded again.
const doWithout = () => {
  begun = true;
  for (const part of document.querySelectorAll('noscript')) part.outerHTML = part.textContent;
};

if (mayRun()) {
  // What is lost on its way, or has not come after ten seconds, is asked for again, at most three times: under another
  // address, because a browser may keep a failure as it keeps a file. The first that arrives begins.
  for (const wait of [0, 1, 2, 4]) {
    if (wait) await pause(wait);
    if (begun) break;
    await Promise.race([load(wait ? `?${wait}` : '').catch(console.error), pause(10)]);
  }
}
if (!begun) doWithout();
