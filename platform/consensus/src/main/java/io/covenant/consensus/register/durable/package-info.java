/// An acceptor on a real disk: the pure registers over a write-ahead log with snapshots.
@NullMarked
package io.covenant.consensus.register.durable;

import org.jspecify.annotations.NullMarked;
