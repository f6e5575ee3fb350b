/** `npm run --silent permissions:eraser -- STAGE ACCOUNT REGION`: the policy of eraser-policy.ts, for `--policy-document`. */
import { complain, print } from '../../terminal/print.ts';
import { eraserPolicy } from './eraser-policy.ts';

const [stage = '', account = '', region = ''] = process.argv.slice(2);
if (
  /^[a-z][a-z0-9-]*$/.test(stage) &&
  /^\d{12}$/.test(account) &&
  /^[a-z]+(-[a-z]+)+-\d$/.test(region)
) {
  print(JSON.stringify(eraserPolicy({ stage, account, region }), null, 2));
} else {
  complain(
    'error: say the stage, the account and the region, such as `npm run --silent permissions:eraser -- prod 111122223333 eu-central-1`',
  );
  process.exitCode = 2;
}
