// What the product says in which language, as its catalogues have it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Sentences and longer phrases of one language's catalogue. Single words may be the same in both, or part of a name. */
function phrases(language: string): Set<string> {
  const folder = path.resolve(__dirname, '../../app/src/copy', language);
  const code = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
  const texts = code.flatMap((text) => [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, said = '']) => said));
  return new Set(texts.filter((said) => said.trim().split(/\s+/).length >= 2 && !/[{}]/.test(said)));
}

export const SPANISH = phrases('es');
export const ENGLISH = [...phrases('en')].filter((said) => !SPANISH.has(said));

/** What the product says in English there. */
export function englishIn(...texts: (string | null)[]): string[] {
  const read = texts.map((text) => text?.replaceAll('\u00a0', ' '));
  return ENGLISH.filter((said) => read.some((text) => text?.includes(said)));
}
