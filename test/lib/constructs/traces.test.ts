import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../../lib/bundle/bundle.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';
import { tracedFunctions } from '../../../lib/constructs/traces.ts';
import { byName, synthesized } from '../synthesized.ts';

const delivery = { 'delivery.endpoint': 'https://fhir.example.org/r4' };
const on = { ...delivery, 'traces.endpoint': 'http://localhost:4318/', 'traces.ratio': '0.1' };
const root = join(import.meta.dirname, '../../..');
const outDir = mkdtempSync(join(tmpdir(), 'failsafe-traces-'));
afterAll(() => rmSync(outDir, { recursive: true }));

/** A function's environment variables for traces. */
function told(context: Record<string, string>) {
  const functions = byName(synthesized(context), 'AWS::Lambda::Function', 'FunctionName');
  return [...functions].flatMap(([name, { Properties }]) => {
    const { Variables = {} } = (Properties['Environment'] ?? {}) as { Variables?: object };
    const its = Object.entries(Variables).filter(([variable]) => variable.startsWith('TRACES_'));
    return its.length === 0 ? [] : [[name, Object.fromEntries(its)]];
  });
}

describe('traces', () => {
  it('are off unless a collector is configured', () => {
    expect(told(delivery)).toEqual([]);
    expect(tracedFunctions(loadConfig({}, {}))).toEqual([]);
  });

  it('are configured for the functions on the path of a message, and for no other', () => {
    const its = { TRACES_ENDPOINT: 'http://localhost:4318', TRACES_RATIO: '0.1' };
    expect(Object.fromEntries(told(on))).toEqual({
      'fhir-failsafe-dev-validate-critical': its,
      'fhir-failsafe-dev-validate-background': its,
      'fhir-failsafe-dev-quarantine': its,
      'fhir-failsafe-dev-deliver': its,
    });
  });

  it('leave the machine only over https', () => {
    const open = () => loadConfig({}, { 'traces.endpoint': 'http://collector.example.org:4318' });
    expect(open).toThrow('traces.endpoint http://collector.example.org:4318 must be https');
  });

  it('are a file of their own: without it a handler is the same to the byte, and contains none of their code', async () => {
    const names = ['deliver'];
    const off = join(outDir, 'off');
    await bundleFunctions({ names, root, outDir: off });
    const traced = join(outDir, 'on');
    await bundleFunctions({ names, root, outDir: traced, traced: names });
    const handler = (from: string) => readFileSync(join(from, 'deliver', 'handler.mjs'), 'utf8');
    expect(readdirSync(join(off, 'deliver'))).toEqual(['handler.mjs', 'handler.mjs.map']);
    expect(handler(traced)).toBe(handler(off));
    expect(handler(off)).not.toMatch(/opentelemetry|resourceSpans|SpanProcessor/i);
    const file = join(traced, 'deliver', 'traces.mjs');
    expect(readFileSync(file).byteLength).toBeLessThan(100_000);
    const recorder = await import(pathToFileURL(file).href);
    expect(recorder).toHaveProperty('startRecorder');
  });
});
