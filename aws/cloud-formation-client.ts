import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { callConfig } from './clients.ts';

export const makeCloudFormation = () => new CloudFormationClient(callConfig());
