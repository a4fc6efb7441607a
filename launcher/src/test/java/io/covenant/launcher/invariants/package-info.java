@NullMarked
package io.covenant.launcher.invariants;

import org.jspecify.annotations.NullMarked;
