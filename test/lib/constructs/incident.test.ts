import { describe, expect, it } from 'vitest';
import { incidentSettingsSchema } from '../../../functions/incident/settings.ts';
import { type PermissionsTemplate, permissionRows } from '../../../lib/checks/permissions.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';
import { byName, synthesized } from '../synthesized.ts';

const ASK = 'AskForPauses: sqs:SendMessage on queue supervisor';

function incidentOf(context: Readonly<Record<string, string>>) {
  const template = synthesized(context);
  const functions = byName(template, 'AWS::Lambda::Function', 'FunctionName');
  const { Environment } = functions.get('fhir-failsafe-dev-incident')?.Properties ?? {};
  const { Variables } = Environment as { Variables: Record<string, string> };
  const rows = permissionRows(template.toJSON() as PermissionsTemplate)
    .filter((row) => row.function === 'incident')
    .map((row) => `${row.purpose}: ${row.actions} on ${row.resources}`);
  return { variables: Variables, settings: JSON.parse(Variables['SETTINGS'] ?? ''), rows };
}

describe('the automatic remedy', () => {
  it('is off by default, and then incident may not write to the supervisor', () => {
    const { variables, settings, rows } = incidentOf({});
    expect(settings.remediation).toBe('off');
    expect(variables).not.toHaveProperty('SUPERVISOR_QUEUE_URL');
    expect(rows).not.toContain(ASK);
  });

  it('lets incident ask the supervisor if it is configured', () => {
    const { variables, settings, rows } = incidentOf({ 'incident.remediation': 'pause-lane' });
    expect(incidentSettingsSchema.parse(settings).remediation).toBe('pause-lane');
    expect(variables).toHaveProperty('SUPERVISOR_QUEUE_URL');
    expect(rows).toContain(ASK);
  });
});

describe('the config of incidents', () => {
  it('gives the function its deadlines, calendar and runbook', () => {
    const { settings } = incidentOf({
      'incident.pageAgainSeconds': '120',
      'incident.timeZone': 'Europe/Berlin',
      'incident.runbook': 'https://wiki.example.org/runbook',
    });
    expect(settings).toMatchObject({
      pageAgainMs: 120_000,
      calendar: { timeZone: 'Europe/Berlin', holidays: [] },
      runbook: 'https://wiki.example.org/runbook',
    });
    const file = { incident: { holidays: ['2026-12-25'] } };
    expect(loadConfig(file, {}).incident.holidays).toEqual(['2026-12-25']);
  });

  it.each([
    [{ 'incident.timeZone': 'Mars/Olympus' }, /no such time zone/],
    [{ 'incident.remediation': 'reboot' }, /incident.remediation/],
    [{ 'incident.quietSeconds': 5 }, /incident.quietSeconds/],
  ])('%j is refused', (context, problem) => {
    expect(() => loadConfig({}, context)).toThrow(problem);
  });
});
