"""A person's terminal: starts the stack, talks to a server over HTTP, or runs the engine directly."""
