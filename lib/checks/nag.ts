/** cdk-nag at every synth; acknowledgements.ts has what we accept of it. */
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';

/** Checks the whole app when it is synthesized; a finding that is not acknowledged fails it. */
export function addNag(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new HIPAASecurityChecks(app));
}
