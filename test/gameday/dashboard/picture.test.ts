import { describe, expect, it } from 'vitest';
import { linesOf, type MetricWidget, widgetsOf } from '../../../gameday/dashboard/body.ts';
import { drawDashboard } from '../../../gameday/dashboard/draw.ts';
import { bucketsOf, seriesOf } from '../../../gameday/dashboard/series.ts';
import type { MetricRecord } from '../../../telemetry/emf-records.ts';
import { localAssembly } from '../../support/local-assembly.ts';

const widgets = widgetsOf(localAssembly());
const record = (name: string, lane: string, at: number, value: number): MetricRecord => ({
  ...{ at, namespace: 'fhir-failsafe', name, value },
  dimensions: { component: 'validate', lane, service: 'fhir-failsafe-dev' },
});
const records = [
  record('Valid', 'critical', 1_000, 2),
  record('Valid', 'critical', 1_500, 3),
  record('Valid', 'background', 1_999, 4),
  record('Valid', 'background', 11_000, 1),
  record('VerdictLatency', 'critical', 1_000, 70),
  record('VerdictLatency', 'critical', 70_000, 30),
];
const buckets = bucketsOf(records, 5_000);
const titled = (title: string) => {
  const found = widgets.find(
    (one): one is MetricWidget => one.type === 'metric' && one.properties.title.startsWith(title),
  );
  if (found === undefined) throw new Error(`no widget ${title}`);
  return found;
};
const valuesOf = (title: string, label: string) =>
  seriesOf(linesOf(titled(title)), records, buckets).find(({ line }) => line.label === label)
    ?.series;

describe('the picture of the dashboard', () => {
  it('has at each point the values of the minute before, by the widget’s own statistic', () => {
    expect(buckets).toEqual({ from: 1_000, widthMs: 5_000, count: 14 });
    const tens = Array.from({ length: 10 }, () => 10);
    expect(valuesOf('Verdicts', 'valid')).toEqual([9, 9, ...tens, 1, 1]);
    const latency = valuesOf('From submission', 'critical: verdict');
    expect(latency?.slice(10)).toEqual([70, 70, undefined, 30]);
    const silent = valuesOf('From submission', 'delivery');
    expect(silent?.every((value) => value === undefined)).toBe(true);
  });

  it('shows every widget, and says where there is no data', () => {
    const svg = drawDashboard(widgets, records, buckets, 'measured <here>');
    for (const widget of widgets) {
      if (widget.type === 'metric') expect(svg).toContain(`>${widget.properties.title}</text>`);
    }
    expect(svg).toContain('>delivery (no data)</text>');
    expect(svg).not.toContain('>valid (no data)</text>');
    expect(svg).toContain('measured &lt;here&gt;');
  });
});
