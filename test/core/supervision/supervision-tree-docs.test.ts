import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  placesIn,
  SUPERVISION_TREE,
  type SupervisionNode,
} from '../../../core/supervision/supervision-tree.ts';

const HEAD = `| node | under | functions | lane | limits, or restart | needs |
|---|---|---|---|---|---|`;

function row(node: SupervisionNode, under: string): string {
  const names = (all: readonly string[]) => all.map((name) => `\`${name}\``).join(', ') || '–';
  if (node.kind === 'supervisor') {
    const limits = `${node.intensity} in ${node.periodMs / 1_000} s, \`${node.strategy}\``;
    return `| **${node.name}** | ${under} | | | ${limits} | |`;
  }
  const { functions, within = [], lane, restart, needs } = node;
  const home = functions.length > 0 ? names(functions) : `within ${names(within)}`;
  return `| ${node.name} | ${under} | ${home} | ${lane ?? '–'} | ${restart} | ${needs.join(', ') || '–'} |`;
}

test('docs/decisions/supervision.md shows the tree', async () => {
  const rows = placesIn(SUPERVISION_TREE).map(({ node, above }) =>
    row(node, above[0]?.name ?? '–'),
  );
  const page = await readFile(
    new URL('../../../docs/decisions/supervision.md', import.meta.url),
    'utf8',
  );
  expect(page).toContain([HEAD, ...rows].join('\n'));
});
