/**
 * Takes the place of the SDK's chain of credential providers in the bundles (slim.ts): Lambda gives
 * a function its role's credentials as environment variables, for the life of an environment. The rest of the
 * chain (profiles, SSO, processes, other services) would never be asked there.
 */
export const defaultProvider = () => async () => {
  const { env } = process;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const sessionToken = env['AWS_SESSION_TOKEN'];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error('Lambda gave this function no credentials');
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
};
