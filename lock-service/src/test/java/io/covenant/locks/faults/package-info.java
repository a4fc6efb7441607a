/// Real processes, real sockets and a real disk in trouble, while clients write what a guard protects.
@NullMarked
package io.covenant.locks.faults;

import org.jspecify.annotations.NullMarked;
