/**
 * Takes the place of the SDK's chain of credential providers in the bundles (lib/bundle/bundle.ts): Lambda
 * gives a function its role's credentials as environment variables, and renews them by a new environment.
 * The rest of the chain (profiles, SSO, processes, other services) would never be asked there.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env';

export const defaultProvider = fromEnv;
