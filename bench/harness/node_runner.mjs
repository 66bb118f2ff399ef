// Runs a WASI command, or calls one function of a module, under Node.
// Usage: node node_runner.mjs [--dir] [--invoke NAME] FILE [ARGUMENT...]
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { WASI } from 'node:wasi';

const words = process.argv.slice(2);
let preopens = {};
let invoke = null;
while (words[0]?.startsWith('--')) {
  const option = words.shift();
  if (option === '--dir') preopens = { '.': '.' };
  if (option === '--invoke') invoke = words.shift();
}
const [file, ...args] = words;
const module = new WebAssembly.Module(readFileSync(file));
const imports = WebAssembly.Module.imports(module);
const version = imports.some(({ module }) => module === 'wasi_unstable') ? 'unstable' : 'preview1';
const wasi = new WASI({ version, args: [basename(file), ...args], preopens, returnOnExit: true });
const instance = new WebAssembly.Instance(module, wasi.getImportObject());
if (invoke !== null) {
  console.log(String(instance.exports[invoke](...args.map(Number))));
} else if (imports.length === 0) {
  instance.exports._start();
} else {
  process.exitCode = wasi.start(instance);
}
