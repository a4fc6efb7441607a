/// The replicated state of the lock service: sessions, locks, queues, files, answers and time, as one deterministic
/// machine over a log.
@NullMarked
package io.covenant.locks.namespace;

import org.jspecify.annotations.NullMarked;
