/// Tests of the replicated state of the lock service.
@NullMarked
package io.covenant.locks.namespace;

import org.jspecify.annotations.NullMarked;
