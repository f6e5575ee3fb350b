/** The ARN of a secret in Secrets Manager that holds a bearer token, and nothing else. */
import { z } from 'zod';

/**
 * AWS ends the ARN of a secret with a hyphen and six characters of its own. Without them the role of a function could
 * not read the secret, because IAM compares whole ARNs.
 */
export const tokenSecretArnSchema = z
  .string()
  .regex(
    /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
    'must be the whole ARN of a secret, with the six characters that AWS adds, such as arn:aws:secretsmanager:us-east-1:111122223333:secret:fhir-token-AbCdEf',
  );
