"""The ways out: one module a channel, each with one class that satisfies ``ports.Channel``.

Import them where a channel is built: their libraries cost time at start.
"""
