import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ownTraceId } from '../../core/message/trace-context.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { skipTime } from '../support/clock.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { send } from '../support/delivery.ts';
import { useDeliveryStage } from '../support/delivery-stage.ts';
import { drain } from '../support/drain.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { byTest, loadOperator, stageOf } from '../support/operator.ts';
import { faulty, patient } from '../support/resources.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PRODUCER = '00f067aa0ba902b7';
const stage = useDeliveryStage();
let collector: Collector;
let functions: Functions;
let told: (string | string[] | undefined)[][];

beforeEach(async () => {
  collector = await startCollector();
  await stage.build({ deadlineMs: 2_000, heapOldMb: 32 });
  await traceTo(collector.endpoint);
  told = [];
  stage.downstream.onStored = (_key, _body, { traceparent, tracestate }) =>
    told.push([traceparent, tracestate]);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await functions.close();
  await collector.stop();
});

async function traceTo(endpoint: string): Promise<void> {
  vi.stubEnv(ENV.tracesEndpoint, endpoint);
  await stage.reload();
  functions = await loadFunctions();
}

const spansOf = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);

/** Names of the spans above one, from itself upwards. */
function above(spanId: string | undefined): string[] {
  const span = collector.spans.find((one) => one.spanId === spanId);
  return span === undefined ? [] : [span.name, ...above(span.parentSpanId)];
}

test('one trace from submission to delivery: crash, isolation, dead letter, redrive, outage, delivery', async () => {
  const attributes = {
    traceparent: `00-${TRACE_ID}-${PRODUCER}-01`,
    tracestate: 'clinic=ward-7',
  };
  const id = await send(stage.world.queues.lane, faulty('throw'), attributes);
  await drain(stage.world, functions);
  await functions.close();
  vi.stubEnv(ENV.chaos, 'off');
  functions = await loadFunctions();
  const operator = await loadOperator();
  await operator.redrive(stageOf(stage.world), { kind: 'ids', ids: [id] }, byTest());
  await drain(stage.world, functions);
  stage.downstream.setMode('fail');
  await stage.turn();
  stage.downstream.setMode('ok');
  skipTime(20_000);
  await stage.turn();

  const spans = spansOf(TRACE_ID);
  const names = spans.map(({ name }) => name);
  const story = ['validate', 'isolate', 'attempt', 'dead-letter', 'store', 'PUT'];
  expect(names).toEqual(expect.arrayContaining(story));
  expect(names.filter((name) => name === 'PUT')).toHaveLength(2);
  expect(spans.filter(({ values }) => values['crash'] === 'exception')).toHaveLength(3);
  const delivered = spans.find(({ values }) => values['http.response.status_code'] === 201);
  expect(above(delivered?.spanId)).toEqual([
    ...['PUT', 'process', 'store', 'process'],
    // The redrive continues from what was stored with the entry: the dead letter.
    ...['process', 'dead-letter', 'process', 'isolate', 'process'],
  ]);
  const first = spans.find(({ parentSpanId }) => parentSpanId === PRODUCER);
  expect(first?.values).toMatchObject({
    'messaging.system': 'aws_sqs',
    'messaging.operation.type': 'process',
    'messaging.message.id': id,
    'messaging.destination.name': stage.world.queues.lane.name,
  });
  const batch = collector.spans.find(({ name, traceId, spanId }) => {
    const link = first?.links?.[0];
    return name === 'receive' && traceId === link?.traceId && spanId === link.spanId;
  });
  expect(batch?.values['messaging.batch.message_count']).toBe(1);
  expect(told).toEqual([[`00-${TRACE_ID}-${delivered?.spanId}-01`, 'clinic=ward-7']]);
  expect(collector.bodies.join()).not.toMatch(/ward-7|Chalmers|faulty-throw/);
});

test('a message without a trace context gets one from its id; a malformed context is ignored', async () => {
  const { lane } = stage.world.queues;
  const plain = await send(lane, patient());
  const wrong = await send(lane, patient({ id: 'b' }), { traceparent: '00-nonsense' });
  await drain(stage.world, functions);
  for (const id of [plain, wrong]) {
    const spans = spansOf(ownTraceId(id));
    expect(spans.map(({ name }) => name).sort()).toEqual(['process', 'store', 'validate']);
    expect(spans.find(({ name }) => name === 'process')?.parentSpanId ?? '').toBe('');
  }
});

test('the breaker’s refusal is an event', async () => {
  stage.downstream.setMode('fail');
  for (let n = 0; n < 6; n += 1) await stage.store(`p${n}`, 1);
  await stage.turn();
  skipTime(12_000);
  await stage.turn();
  const events = collector.spans.flatMap((span) => span.events ?? []);
  expect(events).toContainEqual(expect.objectContaining({ name: 'refused by the breaker' }));
});

test('a collector that is not there fails nothing and delays nothing', async () => {
  await functions.close();
  await traceTo('http://127.0.0.1:9');
  await send(stage.world.queues.lane, patient());
  await drain(stage.world, functions);
  await stage.turn();
  expect(told).toHaveLength(1);
});

test('if switched off, nothing is recorded, and a producer’s context is passed on', async () => {
  await functions.close();
  vi.stubEnv(ENV.tracesEndpoint, undefined);
  await stage.reload();
  functions = await loadFunctions();
  const traceparent = `00-${TRACE_ID}-${PRODUCER}-01`;
  await send(stage.world.queues.lane, patient(), { traceparent });
  await drain(stage.world, functions);
  await stage.turn();
  expect(told).toEqual([[traceparent, undefined]]);
  expect(collector.bodies).toEqual([]);
});
