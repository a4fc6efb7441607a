/// The whole lock cluster with its clients, in virtual time: the kernel of the log on a simulated disk, the
/// replicated state, the primary's core, and clients that believe only their own clocks.
@NullMarked
package io.covenant.locks.cluster;

import org.jspecify.annotations.NullMarked;
