// Runs the WebGPU tests of @hograd/session, on a software Vulkan driver where there is no GPU. See docs/webgpu.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');

const { values: given } = parseArgs({ options: { gpu: { type: 'boolean' }, swiftshader: { type: 'string' } } });

/** Folders in which browsers keep SwiftShader, their software Vulkan driver. */
const folders = given.swiftshader
  ? [given.swiftshader]
  : ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', '/opt/microsoft/msedge'];

/** The driver's description, and the Vulkan loader that a browser brings for machines without one. */
const driverIn = (folder) => {
  const library = join(folder, 'libvk_swiftshader.so');
  return existsSync(library) ? { library, loader: join(folder, 'libvulkan.so.1') } : undefined;
};

const run = (environment) =>
  spawnSync(process.execPath, [vitest, 'run', 'packages/session/test/webgpu.test.ts'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment, HOGRAD_REQUIRE_WEBGPU: '1' },
  }).status ?? 1;

const onSwiftShader = ({ library, loader }) => {
  const folder = mkdtempSync(join(tmpdir(), 'hograd-webgpu-'));
  try {
    const icd = join(folder, 'swiftshader.json');
    writeFileSync(
      icd,
      JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: library, api_version: '1.1.0' } }),
    );
    // The browser's own loader, for systems that have none.
    if (existsSync(loader)) symlinkSync(loader, join(folder, 'libvulkan.so.1'));
    const environment = process.env;
    const path = [folder, environment.LD_LIBRARY_PATH].filter(Boolean).join(':');
    console.log(`WebGPU on SwiftShader: ${library}`);
    return run({ VK_DRIVER_FILES: icd, LD_LIBRARY_PATH: path });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

if (given.gpu) {
  console.log('WebGPU on the machine’s own driver');
  process.exit(run({}));
}
const driver = folders.map(driverIn).find(Boolean);
if (driver === undefined && given.swiftshader) {
  console.error(`there is no libvk_swiftshader.so in ${given.swiftshader}`);
  process.exit(2);
}
if (driver === undefined) {
  console.log('SKIPPED: no libvk_swiftshader.so (Debian: apt-get install chromium, or --swiftshader FOLDER).');
  console.log('NOTHING WAS CHECKED ON WEBGPU. On a machine with a GPU: node tools/webgpu-check.mjs --gpu');
  process.exit(0);
}
process.exit(onSwiftShader(driver));
