"""The OpenAPI document: made from the apps that the functions serve, and from what only people can say about them."""
