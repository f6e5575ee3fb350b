import { expect, it } from 'vitest';
import { repeatedFaults } from '../../demo/faults.ts';

const fault = (fields: object) =>
  JSON.stringify({ level: 'ERROR', message: 'component fault', messageId: 'm', ...fields });

it('reports a repeated component fault from the third time on, less and less often', () => {
  const said: string[] = [];
  const onLogLine = repeatedFaults((line) => said.push(line));
  const tell = (line: string, functionName = 'validate') =>
    onLogLine({ functionName, logStream: 's', line });
  tell(fault({ fault: 'Error', code: 'ENOENT' }), 'quarantine');
  tell('not "component fault" in JSON');
  tell(JSON.stringify({ message: 'of a "component fault"' }));
  for (let n = 0; n < 29; n += 1) tell(fault({ fault: 'TableGone' }));
  expect(said).toEqual([
    '  ! component fault in validate: TableGone (3 times; its messages wait and are tried again)',
  ]);
  tell(fault({ fault: 'TableGone' }));
  expect(said.at(-1)).toContain('(30 times;');
});
