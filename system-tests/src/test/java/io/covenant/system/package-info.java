/// The whole platform as real processes: used, killed, paused, and checked afterwards.
@NullMarked
package io.covenant.system;

import org.jspecify.annotations.NullMarked;
