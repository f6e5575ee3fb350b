import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { componentOf, deathsOf } from '../../../core/attempt/deaths-in-log.ts';
import { lanes } from '../../../core/message/messages.ts';
import { readLogDelivery } from '../../../functions/monitor/log-delivery.ts';

const folder = new URL('../../../events/monitor/', import.meta.url);

const expectations: Readonly<Record<string, object>> = {
  'out-of-memory.json': {
    of: { component: 'validate', lane: 'background' },
    deaths: [{ kind: 'out-of-memory', during: 'resource', requestId: expect.any(String) }],
  },
  'failed-init.json': {
    of: { component: 'quarantine' },
    deaths: [{ kind: 'exception', during: 'loading', reason: 'Runtime.ImportModuleError' }],
  },
  'bad-deploy.json': {
    of: { component: 'validate', lane: 'critical' },
    deaths: [{ kind: 'exception', during: 'loading', requestId: expect.any(String) }],
  },
};

test('every sample event of the monitor gives the deaths that its name says', async () => {
  expect((await readdir(folder)).sort()).toEqual(Object.keys(expectations).sort());
  for (const [name, expected] of Object.entries(expectations)) {
    const { awslogs } = JSON.parse(await readFile(new URL(name, folder), 'utf8'));
    const delivery = readLogDelivery(awslogs.data);
    expect(delivery, name).toBeDefined();
    if (delivery === undefined) return;
    const { functionName, logStream, events } = delivery;
    const of = componentOf(functionName, 'dev', lanes);
    const deaths = deathsOf(logStream, events, of?.component === 'validate');
    expect({ of, deaths }, name).toMatchObject(expected);
  }
});
