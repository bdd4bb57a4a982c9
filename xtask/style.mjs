// Bundles and minifies a style sheet, and writes what older browsers lack in terms that they know, such as light-dark().
// Usage: style.mjs INPUT OUTPUT
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundle } from 'lightningcss';

const [input, output] = process.argv.slice(2);
const version = (major, minor = 0) => (major << 16) | (minor << 8);

// The oldest versions with all that the pages need and no substitute for: cascade layers, container queries, :has().
const targets = { chrome: version(111), edge: version(111), firefox: version(121), safari: version(16, 4), ios_saf: version(16, 4) };

const { code, warnings } = bundle({ filename: input, minify: true, targets });
for (const { message, loc } of warnings) console.error(`${loc.filename}:${loc.line}: ${message}`);
mkdirSync(path.dirname(output), { recursive: true });
writeFileSync(output, code);
process.exitCode = warnings.length > 0 ? 1 : 0;
