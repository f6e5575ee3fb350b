import { describe, expect, it } from 'vitest';
import { networkTargets } from '../../../lib/checks/destinations.ts';
import { type PermissionsTemplate, permissionRows } from '../../../lib/checks/permissions.ts';
import type { ConfigInput } from '../../../lib/config/config.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';
import { deliveryEndpoints, deliveryServices } from '../../../lib/constructs/delivery-targets.ts';
import { sourceFiles } from '../../../lib/constructs/sources.ts';
import { byName, synthesized } from '../synthesized.ts';

const endpoint = 'https://fhir.example.org/r4';
const lab = 'https://lab.example.org/fhir';
type Place = { endpoint?: string; idPrefix?: string; tokenSecretArn?: string };

/** A config with one source for each delivery target. */
function config(places: Record<string, Place | undefined>, delivery: object = { endpoint }) {
  const known = Object.entries(places).map(([label, its], n) => [
    label,
    { senders: [`AROASENDER${n}`], ...(its && { delivery: its }) },
  ]);
  return { delivery, sources: { known: Object.fromEntries(known) } } as ConfigInput;
}

describe('R51: delivery is refused at synth', () => {
  it.each<[string, Record<string, Place | undefined>, RegExp, object?]>([
    [
      'with two sources and no targets',
      { a: undefined, b: undefined },
      /sources\.known\.a\.delivery must have an endpoint or an idPrefix: with more than one source/,
    ],
    [
      'with one source that has no target',
      { a: { idPrefix: 'a-' }, b: undefined },
      /sources\.known\.b\.delivery must have/,
    ],
    [
      'with an endpoint and a prefix',
      { a: { idPrefix: 'a-', endpoint: lab } },
      /either an endpoint or an idPrefix/,
    ],
    ['with neither an endpoint nor a prefix', { a: {} }, /either an endpoint or an idPrefix/],
    [
      'with a prefix and no server',
      { a: { idPrefix: 'a-' } },
      /idPrefix needs delivery\.endpoint/,
      {},
    ],
    [
      'with a prefix that begins another',
      { a: { idPrefix: 'a-' }, b: { idPrefix: 'a-b-' } },
      /begin alike/,
    ],
    [
      'with one server twice',
      { a: { endpoint: lab }, b: { endpoint: 'HTTPS://LAB.example.org/fhir/' } },
      /is that of sources\.known\.a/,
    ],
    [
      'with the shared server as its own',
      { a: { endpoint: `${endpoint}/` }, b: { idPrefix: 'b-' } },
      /is that of delivery\.endpoint/,
    ],
    [
      'with http',
      { a: { endpoint: 'http://lab.example.org' } },
      /must be https: resources are PHI/,
    ],
    [
      'with a token and no server',
      {
        a: {
          idPrefix: 'a-',
          tokenSecretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:x-AbCdEf',
        },
      },
      /tokenSecretArn needs an endpoint/,
    ],
    ['with a name that a breaker cannot have', { 'a/*': { endpoint: lab } }, /names a breaker/],
    ['with a prefix that is too long', { a: { idPrefix: 'x'.repeat(29) } }, /1 to 28 letters/],
    [
      'with a typo',
      { a: { idprefix: 'a-' } as Place },
      /sources\.known\.a\.delivery\.idprefix is not a setting/,
    ],
  ])('%s', (_, places, problem, delivery) => {
    expect(() => loadConfig(config(places, delivery), {})).toThrow(problem);
  });

  it('but one source without a target is accepted, and so are several if nothing is delivered', () => {
    expect(() => loadConfig(config({ a: undefined }), {})).not.toThrow();
    expect(() => loadConfig(config({ a: undefined, b: undefined }, {}), {})).not.toThrow();
  });
});

describe('a source’s own FHIR server', () => {
  const input = config({
    a: { idPrefix: 'a-' },
    lab: {
      endpoint: lab,
      tokenSecretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:lab-AbCdEf',
    },
  });
  const stack = synthesized({
    'delivery.endpoint': endpoint,
    'sources.known.a.senders': '["AROAHOSPITALA"]',
    'sources.known.a.delivery.idPrefix': 'a-',
    'sources.known.lab.senders': '["AIDALAB"]',
    'sources.known.lab.delivery.endpoint': lab,
  });

  it('has a breaker that deliver may write and the supervisor follows', () => {
    expect(deliveryServices(loadConfig(input, {}))).toEqual(['fhir-server', 'fhir-server-lab']);
    const rows = permissionRows(stack.toJSON() as PermissionsTemplate);
    const share = rows.find(
      ({ function: name, purpose }) => name === 'deliver' && purpose === 'ShareBreaker',
    );
    expect(share?.only).toBe('of fhir-server and fhir-server-lab');
    const functions = byName(stack, 'AWS::Lambda::Function', 'FunctionName');
    const variables = (name: string) =>
      JSON.stringify(functions.get(`fhir-failsafe-dev-${name}`)?.Properties['Environment']);
    expect(variables('supervisor')).toContain('fhir-server,fhir-server-lab');
    for (const name of ['deliver', 'resend']) expect(variables(name)).toContain('places.json');
  });

  it('has an alarm', () => {
    const alarms = [...byName(stack, 'AWS::CloudWatch::Alarm', 'AlarmName').keys()];
    expect(alarms).toContain('fhir-failsafe-dev-breaker-fhir-server-lab');
  });

  it('is a destination; its address is in a file for deliver, and not in the rules of senders', () => {
    const its = loadConfig(input, {});
    expect(deliveryEndpoints(its)).toEqual([endpoint, lab]);
    const fhir = networkTargets(its).find(({ key }) => key === 'fhirServer');
    expect(fhir?.urls.map(String)).toEqual([endpoint, lab]);
    const files = sourceFiles(its);
    expect(JSON.parse(files['deliver']?.['places.json'] ?? '')).toMatchObject({
      lab: { endpoint: lab },
    });
    expect(files['resend']).toEqual(files['deliver']);
    expect(files['validate']?.['sources.json']).not.toContain('delivery');
  });
});
