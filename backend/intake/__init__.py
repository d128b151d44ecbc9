"""How a recording comes in and becomes a job: admission, the request's body, its fields, the look at what came."""
