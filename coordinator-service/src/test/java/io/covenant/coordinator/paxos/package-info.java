@NullMarked
package io.covenant.coordinator.paxos;

import org.jspecify.annotations.NullMarked;
