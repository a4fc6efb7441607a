@NullMarked
package io.covenant.launcher.postgres;

import org.jspecify.annotations.NullMarked;
