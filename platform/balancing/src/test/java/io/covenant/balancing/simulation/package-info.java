/// Queues in virtual time in front of which the production pickers choose: what a policy is worth when
/// an instance is slow, dead or cold.
@NullMarked
package io.covenant.balancing.simulation;

import org.jspecify.annotations.NullMarked;
