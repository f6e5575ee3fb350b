import { makeS3, makeSecrets } from '../../aws/clients.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { build } from './build.ts';
import { readEnvironment } from './environment.ts';

export const handler = build({
  ...surroundings(process.env),
  environment: readEnvironment(process.env),
  s3: makeS3(process.env),
  secrets: makeSecrets(),
});
