import { describe, expect, it } from 'vitest';
import {
  DIMENSIONS,
  METRICS,
  METRICS_NAMESPACE,
  type MetricName,
} from '../../../telemetry/metrics.ts';
import { resourcesOf, synthesized } from '../synthesized.ts';

interface Widget {
  type: string;
  properties: {
    title?: string;
    metrics?: unknown[][];
    annotations?: { horizontal?: { value: number }[] };
  };
}

/** The body as CloudWatch gets it, with references replaced by their logical ids. */
function widgetsOf(context?: Record<string, string>): Widget[] {
  const [dashboard] = Object.values(
    resourcesOf(synthesized(context), 'AWS::CloudWatch::Dashboard'),
  );
  const body = dashboard?.Properties['DashboardBody'] as { 'Fn::Join': [string, unknown[]] };
  const parts = body['Fn::Join'][1].map((part) =>
    typeof part === 'string' ? part : JSON.stringify(part).replaceAll(/[^\w:-]/g, ''),
  );
  return JSON.parse(parts.join('')).widgets;
}

const whole = widgetsOf({
  'delivery.endpoint': 'https://fhir.example.org/r4',
  'terminology.endpoint': 'https://tx.example.org/r4',
});
const titled = (widgets: Widget[], title: string) =>
  widgets.find(({ properties }) => properties.title?.startsWith(title));

describe('the dashboard', () => {
  it('draws the verdicts of all lanes, though one lane never had such a verdict (R60)', () => {
    const metrics = titled(whole, 'Verdicts')?.properties.metrics ?? [];
    const expressions = metrics.flatMap(([first]) =>
      typeof first === 'object' && first !== null && 'expression' in first
        ? [first.expression]
        : [],
    );
    expect(expressions.length).toBeGreaterThan(1);
    for (const expression of expressions) {
      expect(expression).toMatch(/^SUM\(\[FILL\(\w+critical, 0\), FILL\(\w+background, 0\)\]\)$/);
    }
  });

  it.each([
    'Lanes: submitted',
    'Lanes: age',
    'From submission',
    'Verdicts',
    'Isolation',
    'Quarantined',
    'Crashes in 5 min',
    'Supervision',
    'Breakers',
    'Memory',
    'Audit',
    'What is billed',
  ])('shows "%s"', (title) => {
    expect(titled(whole, title)?.properties.metrics?.length).toBeGreaterThan(0);
  });

  it('R20: shows the crashes of the configured window with the configured threshold', () => {
    const widgets = widgetsOf({ 'incident.crashes': '7', 'incident.windowSeconds': '120' });
    const widget = titled(widgets, 'Crashes in 2 min');
    expect(widget?.properties.annotations?.horizontal).toMatchObject([{ value: 7 }]);
  });

  it('uses only metrics that we emit, by their own dimensions', () => {
    const rows = whole
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([namespace]) => namespace === METRICS_NAMESPACE);
    expect(rows.length).toBeGreaterThan(30);
    for (const [, name, ...rest] of rows) {
      const metric = METRICS[name as MetricName];
      expect(metric, String(name)).toBeDefined();
      const strings = rest.filter((one) => typeof one === 'string');
      const dimensions = strings.filter((_, n) => n % 2 === 0);
      const known: readonly string[] = DIMENSIONS[metric.by];
      expect(dimensions.filter((one) => one !== 'service' && !known.includes(one))).toEqual([]);
      expect(strings[strings.indexOf('service') + 1]).toBe('fhir-failsafe-dev');
    }
  });

  it('leaves out breakers and deliveries if nothing is delivered', () => {
    const widgets = JSON.stringify(widgetsOf());
    expect(widgets).not.toContain('DeliveryLatency');
    expect(widgets).not.toContain('fhir-server');
  });
});
