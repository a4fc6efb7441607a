/// What runs: the services' roles, their builds unpacked for a fast start, the JVM that runs them.
@NullMarked
package io.covenant.launcher.app;

import org.jspecify.annotations.NullMarked;
