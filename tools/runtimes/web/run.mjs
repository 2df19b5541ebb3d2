// Runs case folders in onnxruntime-web (WebAssembly) in a headless Chromium, over a server on this machine; one line of JSON a case.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const chromiumPath = () => {
  const named = process.env.CHROMIUM ? [process.env.CHROMIUM] : ['chromium', 'chromium-browser', 'google-chrome'];
  for (const name of named) {
    try {
      return {
        path: name,
        version: execFileSync(name, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
      };
    } catch {
      // The next name may be the one this machine knows.
    }
  }
  throw new Error('no Chromium; install it (apt-get install chromium) or name one with CHROMIUM=PATH');
};

const install = () => {
  const installed = here('./node_modules/onnxruntime-web/package.json');
  if (!existsSync(installed))
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--no-workspaces', '--ignore-scripts'], {
      cwd: here('.'),
      stdio: ['ignore', 2, 2],
    });
  return JSON.parse(readFileSync(installed, 'utf8')).version;
};

const TYPES = { '.html': 'text/html', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

const bodyOf = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const serve = (folders, done) =>
  createServer(async (request, response) => {
    const [, kind, name, file] = new URL(request.url, 'http://localhost').pathname.split('/');
    const send = (path) => {
      if (!existsSync(path)) return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
      response.end(readFileSync(path));
    };
    if (kind === '') return send(here('./page.html'));
    if (kind === 'ort' && /^[\w.-]+$/.test(name)) return send(here(`./node_modules/onnxruntime-web/dist/${name}`));
    if (kind === 'case' && /^[\w.-]+$/.test(file)) return send(`${folders[name]}/${file}`);
    if (kind === 'cases') return response.end(JSON.stringify({ count: folders.length }));
    if (request.method !== 'POST') return response.writeHead(404).end();
    const body = await bodyOf(request);
    response.end();
    if (kind === 'result') print({ case: folders[name], ...body });
    if (kind === 'done') done();
  });

const folders = process.argv.slice(2);
const chromium = chromiumPath();
print({ version: `${install()} in ${chromium.version}` });

const profile = mkdtempSync(`${tmpdir()}/hograd-chromium-`);
let browser;
const server = serve(folders, () => {
  browser.kill();
  server.close();
});
server.listen(0, '127.0.0.1', () => {
  const flags = `--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-dev-shm-usage --user-data-dir=${profile}`;
  browser = spawn(chromium.path, [...flags.trim().split(/\s+/), `http://127.0.0.1:${server.address().port}/`], {
    stdio: 'ignore',
  });
  browser.on('exit', () => {
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
});
