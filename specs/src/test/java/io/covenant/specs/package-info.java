/// Checks every model of `specs/tla` by TLC.
@NullMarked
package io.covenant.specs;

import org.jspecify.annotations.NullMarked;
