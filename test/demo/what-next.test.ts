import { expect, it } from 'vitest';
import { whatNext } from '../../demo/what-next.ts';

const exports = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_ACCESS_KEY_ID: 'test' };

it('names the runtime by its address, so that no other checkout is used', () => {
  const next = whatNext(exports, { stage: 'dev', submitter: { source: 'default' } });
  expect(next).toContain('export AWS_ENDPOINT_URL=http://127.0.0.1:4566');
  expect(next).toMatch(/npm run cli -- local kill validate-background /);
  expect(next).not.toMatch(/--stage|--source|pkill/);
});

it('prints commands that work for another stage, and for a source with its own sender', () => {
  const submitter = { source: 'hospital-a', accessKeyId: 'AROAHOSPITALA:local' };
  const next = whatNext(exports, { stage: 'staging', submitter });
  expect(next).toContain("submit yours.ndjson --stage staging --source 'hospital-a'");
  expect(next).toContain('put AWS_ACCESS_KEY_ID=AROAHOSPITALA:local before that command');
  expect(next).toContain('incident list --stage staging');
});

it('begins with the console, if there is one', () => {
  const submission = { stage: 'dev', submitter: { source: 'default' } };
  const address = 'http://127.0.0.1:8484/#token=t';
  expect(whatNext(exports, submission, address).split('\n')[0]).toContain(address);
  expect(whatNext(exports, submission)).not.toContain('token');
});
