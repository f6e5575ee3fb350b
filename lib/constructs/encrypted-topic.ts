/** A topic of this stack: encrypted by our key, TLS only. */
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { resourceName } from '../config/stage-config.ts';
import type { Foundation } from './foundation.ts';

/** `name` is without the stage's prefix; `displayName` is the sender that people see. */
export const encryptedTopic = (
  scope: Construct,
  id: string,
  { config, key }: Foundation,
  name: string,
  displayName?: string,
) =>
  new Topic(scope, id, {
    topicName: resourceName(config.stage, name),
    masterKey: key,
    enforceSSL: true,
    ...(displayName !== undefined && { displayName }),
  });
