/// Tests of the service as a whole.
@NullMarked
package io.covenant.locks;

import org.jspecify.annotations.NullMarked;
