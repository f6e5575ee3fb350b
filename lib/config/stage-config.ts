/** The name of a stage, which is part of all names of its resources, and whether it is production. */
import { z } from 'zod';

/** A bucket's name has 63 characters: `fhir-failsafe-<stage>-access-logs-<account>`. */
export const STAGE_CHARACTERS_MAX = 24;
/** Stage `a-audit` would need the alias of a key that stage `a` has. */
const TAKEN_ENDINGS = ['audit', 'trail'];

export const stageSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'lower case, digits and single hyphens, a letter first, as in prod-eu',
  )
  .max(STAGE_CHARACTERS_MAX, `at most ${STAGE_CHARACTERS_MAX} characters, for names of buckets`)
  .refine(
    (stage) => !TAKEN_ENDINGS.some((ending) => stage.endsWith(`-${ending}`)),
    'must not end in -audit or -trail: another stage may have a key of that name',
  )
  .default('dev');

/** Physical name of a resource: operators, runbooks, the key's policy and the command line use it. */
export const resourceName = (stage: string, name: string) => `fhir-failsafe-${stage}-${name}`;

interface StageSettings {
  readonly stage: string;
  readonly production?: boolean | undefined;
}

/** A setting that `-c` gives as a text. */
export const yesOrNoSchema = z.union([z.boolean(), z.stringbool()], {
  error: 'must be true or false',
});

/**
 * Keeps its data, is protected from deletion, locks its audit log for six years (audit-retention.ts), reserves
 * concurrency.
 */
export const productionSchema = yesOrNoSchema.optional();

/** Whether the name sounds like production while `production` is not set. */
export const isProductionSaid = ({ stage, production }: StageSettings) =>
  production !== undefined || stage === 'prod' || !/prod|live/.test(stage);

/** Stage `prod` is production unless the config says otherwise. No other stage is by default. */
export const withProduction = <T extends StageSettings>(config: T) => ({
  ...config,
  production: config.production ?? config.stage === 'prod',
});
