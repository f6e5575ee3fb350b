import cdk from '../../cdk.json' with { type: 'json' };

/** The environment variable with the folder of the templates that the processes of a run share. */
export const TEMPLATES = 'TEST_TEMPLATES';

/**
 * The feature flags of cdk.json. `npm run synth` validates the template. The validator runs in WebAssembly, whose
 * memory ends after some hundred stacks in one process, so tests leave it out.
 */
export const cdkContext = { ...cdk.context, '@aws-cdk/core:validateAgainstDefaultRules': false };
