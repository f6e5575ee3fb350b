import { makeS3 } from '../../aws/clients.ts';
import { makeCloudFormation } from '../../aws/cloud-formation-client.ts';
import { surroundings } from '../../aws/surroundings.ts';
import { build } from './build.ts';

export const handler = build({
  ...surroundings(process.env),
  s3: makeS3(process.env),
  cloudFormation: makeCloudFormation(),
  fetch: (...request) => fetch(...request),
});
