import { makeS3, makeSecrets } from '../../aws/clients.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { build } from './build.ts';
import { readEnv } from './env.ts';

export const handler = build({
  ...surroundings(process.env),
  env: readEnv(process.env),
  s3: makeS3(process.env),
  secrets: makeSecrets(),
});
