import { findFunction } from '../stage-function.ts';

/**
 * The bucket in which reporting keeps its facts, from its function's environment variables.
 * @throws UsageError or TargetError as `openTarget` does
 */
export const findReports = async (stage: string): Promise<string> =>
  (await findFunction(stage, 'reporting')).required('reportsBucket');
