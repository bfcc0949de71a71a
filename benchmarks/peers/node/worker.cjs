// As ../../worker.py: for each line of standard input, a list of events, one line with what each took and the answers.
"use strict";
const readline = require("node:readline");
const { handler } = require(process.argv[2]);

const context = { functionName: "peer", memoryLimitInMB: "1024", awsRequestId: "peer", getRemainingTimeInMillis: () => 10_000 };

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const ms = [];
    const answers = [];
    for (const event of JSON.parse(line)) {
      const started = performance.now();
      answers.push(await handler(event, context));
      ms.push(performance.now() - started);
    }
    process.stdout.write(`${JSON.stringify({ ms, answers })}\n`);
  }
  process.exit(0);
})();
