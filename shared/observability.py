"""Powertools logger: one JSON line per request, never a token, a body or a URL with a password."""

from aws_lambda_powertools import Logger

logger = Logger(service="tasks-api")
