"""Prices and limits, each with where it is from; us-east-1, in US dollars, without free tiers and discounts.

Read on 2026-11-21 as docs/operations.md says, unless another date stands there. Prices change: look them up, the
arithmetic stays.
"""

# https://aws.amazon.com/lambda/pricing/, arm64
LAMBDA_REQUEST = 0.20 / 1e6
LAMBDA_GB_S = 0.0000133334
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MB_OF_ONE_CORE = 1769
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: to be checked, from memory. Can be raised.
LAMBDA_CONCURRENCY = 1000
# https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html: of each function, in ten seconds
LAMBDA_SCALE_OUT = 1000
# https://aws.amazon.com/api-gateway/pricing/, HTTP API; the second price from 300 million a month on: to be checked
API_REQUEST, API_REQUEST_BEYOND, API_BEYOND = 1.00 / 1e6, 0.90 / 1e6, 300e6
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, read on 2026-11-29. Can be raised.
API_RATE = 10_000
# template.yaml: ours to set
THROTTLE_RATE = 100
# https://aws.amazon.com/cloudwatch/pricing/, and data out
LOG_GB, LOG_GB_MONTH, OUT_GB = 0.50, 0.03, 0.09
# https://neon.com/docs/introduction/plans, Launch
NEON_CU_HOUR = 0.106
# https://neon.com/docs/guides/autoscaling-guide, https://neon.com/docs/connect/connection-pooling, read on 2026-11-29:
# a compute scales by itself up to 16 CU, and is made as large as 56. A CU is taken for a core (to be checked).
NEON_LEAST_CU, NEON_SCALED_CU, NEON_LARGEST_CU = 0.25, 16, 56
# https://neon.com/docs/connect/connection-pooling: client connections of the pooled host; server connections are this
# part of max_connections, which are so many for each CU up to so many.
POOLER_CLIENTS, POOLER_PART = 10_000, 0.9
CONNECTIONS_OF_A_CU, MOST_CONNECTIONS = 419, 4000
HOURS_OF_A_MONTH = 730
SECONDS_OF_A_MONTH = HOURS_OF_A_MONTH * 3600
