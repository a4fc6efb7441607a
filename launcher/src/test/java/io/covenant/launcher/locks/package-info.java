@NullMarked
package io.covenant.launcher.locks;

import org.jspecify.annotations.NullMarked;
