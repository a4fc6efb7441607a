package io.covenant.inventory.stock;

import java.util.UUID;

/// What became of giving back what an order took.
public sealed interface ReleaseAnswer {

    /// Everything is back on the shelves, now or since it was first asked for.
    record Released() implements ReleaseAnswer {}

    /// The order never took anything.
    record UnknownOrder(UUID order) implements ReleaseAnswer {}
}
