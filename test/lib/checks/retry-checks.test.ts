import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../lib/config/config-load.ts';

/** Why a config is refused, or an empty string. */
function refusal(context: Record<string, string>): string {
  try {
    loadConfig({}, context);
    return '';
  } catch (error) {
    return String(error);
  }
}

const DELIVERING = { 'delivery.endpoint': 'https://fhir.example.org/r4' };

describe('timeouts and retries that contain each other', () => {
  it('are accepted by default, and with the largest timeouts', () => {
    expect(refusal({})).toBe('');
    expect(
      refusal({
        'lanes.background.timeoutSeconds': '60',
        'lanes.background.visibilitySeconds': '361',
        'isolation.visibilitySeconds': '360',
      }),
    ).toBe('');
  });

  it('say nothing of a delivery lane that the stage does not have, and whose settings it could not change', () => {
    expect(
      refusal({
        maxReceiveCount: '159',
        retentionDays: '1',
        'lanes.critical.visibilitySeconds': '200',
        'lanes.background.visibilitySeconds': '200',
        'isolation.visibilitySeconds': '200',
        'audit.visibilitySeconds': '190',
      }),
    ).toBe('');
    expect(refusal({ 'supervisor.timeoutSeconds': '25' })).toBe('');
    expect(refusal({ 'supervisor.timeoutSeconds': '24' })).toMatch(/lanes\.critical/);
  });

  it.each([
    [
      'receives that run out within a shift of eight hours',
      { maxReceiveCount: '400' },
      /maxReceiveCount 400 x lanes\.critical\.visibilitySeconds 60 is 24000 s and must be at least 28800/,
    ],
    [
      'receives that outlast the retention',
      { retentionDays: '1', ...DELIVERING },
      /maxReceiveCount 1000 x delivery\.visibilitySeconds 180 is 180000 s and must be below retentionDays 1/,
    ],
    [
      'fewer receives than the attempts may need',
      {
        maxReceiveCount: '99',
        'attempts.environmentDied': '10',
        'isolation.visibilitySeconds': '400',
      },
      /maxReceiveCount 99 must be at least 100 \(10 x attempts\.environmentDied\)/,
    ],
    [
      'a function that ends before its calls do',
      { 'incident.timeoutSeconds': '9' },
      /incident\.timeoutSeconds 9 must be at least 10: one call to AWS may take 9000 ms/,
    ],
    [
      'a lane that is slower than the supervisor waits for',
      {
        'lanes.background.timeoutSeconds': '61',
        'lanes.background.visibilitySeconds': '367',
        'isolation.visibilitySeconds': '366',
      },
      /lanes\.background\.timeoutSeconds 61 must be at most 60/,
    ],
    [
      'a supervisor that ends before its probe does',
      { 'supervisor.timeoutSeconds': '44', ...DELIVERING },
      /supervisor\.timeoutSeconds 44 must be at least 45 \(delivery\.timeoutSeconds \+ 15\)/,
    ],
    [
      'a supervisor’s message that comes back while it is handled',
      { 'supervisor.visibilitySeconds': '539' },
      /supervisor\.visibilitySeconds 539 must be at least 540/,
    ],
  ])('are refused for %s', (_, context, problem) => {
    expect(refusal(context)).toMatch(problem);
  });
});
