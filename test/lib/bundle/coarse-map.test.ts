import { SourceMap, type SourceMapPayload } from 'node:module';
import { transform } from 'esbuild';
import { expect, test } from 'vitest';
import { coarseMap } from '../../../lib/bundle/coarse-map.ts';

const SOURCE = `export function twice(value) {
  const doubled = value + value; if (doubled > 100) throw new Error('too much');
  return doubled;
}
export const far = (${'longer => longer + '.repeat(1)}${'1 + '.repeat(400)}1);
export function last() { return twice(far(2)); }
`;

async function mapOf(): Promise<SourceMapPayload> {
  const { map } = await transform(SOURCE, { minify: true, sourcemap: true, sourcefile: 'made.js' });
  return JSON.parse(map) as SourceMapPayload;
}

/** The place in the source of each column of the bundle's only line. */
function placesIn(payload: SourceMapPayload) {
  const map = new SourceMap(payload);
  return Array.from({ length: 2_000 }, (_, column) => {
    const { originalSource, originalLine, originalColumn } = {
      ...{ originalSource: undefined, originalLine: undefined, originalColumn: undefined },
      ...map.findEntry(0, column),
    };
    return { originalSource, originalLine, originalColumn };
  });
}

test('every place of what was generated keeps its line', async () => {
  const whole = await mapOf();
  const coarse = coarseMap(whole, () => true);
  const lines = (payload: SourceMapPayload) =>
    placesIn(payload).map(
      ({ originalSource, originalLine }) => `${originalSource}:${originalLine}`,
    );
  expect(new Set(lines(coarse)).size).toBeGreaterThan(4);
  expect(lines(coarse)).toEqual(lines(whole));
  expect(coarse.mappings.length).toBeLessThan(whole.mappings.length / 10);
});

test('places of all other sources stay exact', async () => {
  const whole = await mapOf();
  expect(coarseMap(whole, (source) => source !== 'made.js')).toEqual(whole);
});

test('only what was generated becomes coarse, and differences across it stay right', () => {
  // Columns 0, 2, 4 and 6: made:1:0, made:1:9, kept:7:3, kept:7:8 with a name.
  const mappings = 'AAAA,EAAS,ECMN,EAAKA;;CAAA';
  const map = { sources: ['made', 'kept'], names: ['name'], mappings };
  const coarse = coarseMap(map, (source) => source === 'made');
  expect(coarse.mappings.split(',')).toHaveLength(3);
  const whole = new SourceMap({ ...map, version: 3, file: '', sourceRoot: '', sourcesContent: [] });
  const kept = new SourceMap({
    ...coarse,
    version: 3,
    file: '',
    sourceRoot: '',
    sourcesContent: [],
  });
  for (const column of [4, 5, 6, 7]) {
    expect(kept.findEntry(0, column)).toEqual(whole.findEntry(0, column));
  }
  expect(kept.findEntry(0, 2)).toMatchObject({ originalSource: 'made', originalLine: 0 });
});
