/** What is published: crash events, endings, pages for on-call and notices for management. */
import type { Construct } from 'constructs';
import { Crashes } from './crashes.ts';
import { encryptedTopic } from './encrypted-topic.ts';
import type { Foundation } from './foundation.ts';
import { Outcomes } from './outcomes.ts';

export type Topics = ReturnType<typeof addTopics>;

export const addTopics = (scope: Construct, foundation: Foundation) => ({
  crashes: new Crashes(scope, 'Crashes', foundation),
  outcomes: new Outcomes(scope, 'Outcomes', foundation),
  oncall: encryptedTopic(scope, 'Oncall', foundation, 'oncall', 'fhir-failsafe page'),
  management: encryptedTopic(scope, 'Management', foundation, 'management', 'fhir-failsafe notice'),
});
