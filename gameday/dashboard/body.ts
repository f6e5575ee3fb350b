/** The dashboard of a synthesized template, as CloudWatch would get it. */
import { z } from 'zod';
import { ACCOUNT } from '../../packages/local-lambda/template/account.ts';
import type { Assembly } from '../../packages/local-lambda/template/assembly.ts';
import { referencesOf } from '../../packages/local-lambda/template/references.ts';
import { resolveString, TemplateError } from '../../packages/local-lambda/template/resolve.ts';

const annotationSchema = z.object({ value: z.number(), label: z.string().default('') });
const placed = { x: z.number(), y: z.number(), width: z.number(), height: z.number() };
const widgetSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), ...placed, properties: z.object({ markdown: z.string() }) }),
  z.object({
    type: z.literal('metric'),
    ...placed,
    properties: z.object({
      title: z.string(),
      metrics: z.array(z.array(z.union([z.string(), z.record(z.string(), z.unknown())]))),
      annotations: z.object({ horizontal: z.array(annotationSchema).default([]) }).optional(),
    }),
  }),
]);
const bodySchema = z.object({ widgets: z.array(widgetSchema) });

export type Widget = z.infer<typeof widgetSchema>;
export type MetricWidget = Extract<Widget, { type: 'metric' }>;

const optionsSchema = z.object({
  label: z.string().optional(),
  stat: z.string().default('Sum'),
  /** Seconds of one point. */
  period: z.number().default(60),
  yAxis: z.enum(['left', 'right']).default('left'),
  id: z.string().optional(),
  visible: z.boolean().default(true),
  expression: z.string().optional(),
});

export interface Line extends z.infer<typeof optionsSchema> {
  /** Absent for an expression. */
  readonly metric?: {
    readonly namespace: string;
    readonly name: string;
    readonly dimensions: Readonly<Record<string, string>>;
  };
}

/** Throws if the template has none, or one in an unknown form. */
export function widgetsOf({ template, stackName }: Assembly): readonly Widget[] {
  const references = referencesOf(template, stackName, `http://localhost/${ACCOUNT.id}`);
  const found = Object.entries(template.Resources).find(
    ([, { Type }]) => Type === 'AWS::CloudWatch::Dashboard',
  );
  if (found === undefined) throw new TemplateError('there is no dashboard');
  const [id, { Properties }] = found;
  const body = resolveString(Properties['DashboardBody'], references, id);
  return bodySchema.parse(JSON.parse(body)).widgets;
}

export function linesOf({ properties }: MetricWidget): Line[] {
  return properties.metrics.map((said) => {
    const words = said.filter((one) => typeof one === 'string');
    const options = optionsSchema.parse(said.find((one) => typeof one !== 'string') ?? {});
    const [namespace, name, ...pairs] = words;
    if (namespace === undefined || name === undefined) return options;
    const dimensions: Record<string, string> = {};
    for (let n = 0; n + 1 < pairs.length; n += 2) {
      dimensions[pairs[n] ?? ''] = pairs[n + 1] ?? '';
    }
    return { ...options, metric: { namespace, name, dimensions } };
  });
}
