import { describe, expect, test } from 'vitest';
import { answerOf, validateCodeRequest } from '../../../core/delivery/validate-code-answer.ts';
import { TerminologyServer } from '../../../simulation/servers/terminology-server.ts';

const server = new TerminologyServer('https://tx.test');

function ask(valueSet: string, code: string) {
  const body = validateCodeRequest({ valueSet, coding: { system: 'http://system', code } });
  const call = { number: 1, method: 'POST', url: 'https://tx.test', headers: {}, begunAt: 0 };
  const { status, body: text = '' } = server.serve({ ...call, body });
  return answerOf(status, text);
}

describe('a simulated terminology server', () => {
  test('knows some codes, and does not know some value sets', () => {
    expect(ask('http://set', 'known-1')).toBe('in-set');
    expect(ask('http://set', 'other')).toBe('not-in-set');
    expect(ask('http://set-unknown', 'known-1')).toBe('unknown');
  });
});
