/// The lock service as people look at it: who leads, who holds what, who waits.
@NullMarked
package io.covenant.launcher.locks;

import org.jspecify.annotations.NullMarked;
