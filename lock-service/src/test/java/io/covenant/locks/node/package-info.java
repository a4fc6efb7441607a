/// Tests of running replicas.
@NullMarked
package io.covenant.locks.node;

import org.jspecify.annotations.NullMarked;
