import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPage } from './api-page.ts';
import { artifact } from './artifact.ts';
import { assembly } from './assembly.ts';
import { determinism, syncEvents } from './determinism.ts';
import { imports } from './imports.ts';
import { links, namesOf } from './links.ts';
import { notice } from './notice.ts';
import { packages } from './packages.ts';
import { type Finding, readRepository } from './source.ts';
import { tidy } from './tidy.ts';
import { wirePage } from './wire-page.ts';

const ARTIFACT = 'build/core.wasm';

/** All rules over the whole repository, in path order. Needs no package but for NOTICE. */
export function houseRules(root: string): Finding[] {
  const files = readRepository(root);
  const names = namesOf(root, files);
  const findings = files.flatMap((file) => [
    ...tidy(file),
    ...determinism(file),
    ...syncEvents(file),
    ...assembly(file),
    ...links(file, names),
    ...packages(file),
  ]);
  findings.push(...imports(files), ...notice(root), ...apiPage(root), ...wirePage(root));
  findings.push(...artifactRules(root));
  return findings.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line));
}

function artifactRules(root: string): Finding[] {
  const path = join(root, ARTIFACT);
  if (existsSync(path)) return artifact(ARTIFACT, readFileSync(path));
  return [{ path: ARTIFACT, line: 0, rule: 'artifact', message: 'is not built: bun run build' }];
}

/** `path:line rule message`, so that editors and terminals can jump there. */
export function formatFinding(finding: Finding): string {
  const place = finding.line > 0 ? `${finding.path}:${finding.line}` : finding.path;
  return `${finding.isWarning ? 'warning ' : ''}${place} [${finding.rule}] ${finding.message}`;
}

if (import.meta.main) {
  const startedMs = performance.now();
  const findings = houseRules(join(import.meta.dir, '../..'));
  for (const finding of findings) console.log(formatFinding(finding));
  const failures = findings.filter((finding) => !finding.isWarning).length;
  console.log(`${failures} broken in ${Math.round(performance.now() - startedMs)} ms`);
  process.exitCode = failures > 0 ? 1 : 0;
}
