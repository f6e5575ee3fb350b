/** Examples of settings that are required within their group, for error messages. */

/** As written in `failsafe.config.ts`; `*` stands for a name or a place in a list. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  'lanes.critical.senders.services.*.principal': "'sns.amazonaws.com'",
  'lanes.critical.senders.services.*.sourceArn': "'arn:aws:sns:us-east-1:111122223333:births'",
  'lanes.background.senders.services.*.principal': "'sns.amazonaws.com'",
  'lanes.background.senders.services.*.sourceArn': "'arn:aws:sns:us-east-1:111122223333:births'",
  'sources.known.*.senders': "['AROAEXAMPLEHOSPITALA1']",
  'network.vpcId': "'vpc-0123456789abcdef0'",
  'network.subnetIds': "['subnet-0123456789abcdef0']",
  'network.prefixLists': "{ s3: 'pl-63a5400a', dynamodb: 'pl-02cd2c6b' }",
  'network.prefixLists.s3': "'pl-63a5400a'",
  'network.prefixLists.dynamodb': "'pl-02cd2c6b'",
  'outcomesSubscriptions.*.protocol': "'sqs'",
  'outcomesSubscriptions.*.endpoint': "'arn:aws:sqs:us-east-1:111122223333:outcomes'",
  'delivery.breakerShare.failed': '0.5',
  'plugins.*.name': "'cpf'",
  'plugins.*.file': "'build/plugins/cpf.wasm'",
  'plugins.*.mode': "'required'",
};

export function exampleOf(path: readonly PropertyKey[]): string | undefined {
  const steps = path.map(String);
  const found = Object.entries(EXAMPLES).find(([key]) => {
    const parts = key.split('.');
    return (
      parts.length === steps.length && parts.every((part, n) => part === '*' || part === steps[n])
    );
  });
  return found?.[1];
}
