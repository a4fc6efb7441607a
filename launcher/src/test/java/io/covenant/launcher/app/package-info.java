@NullMarked
package io.covenant.launcher.app;

import org.jspecify.annotations.NullMarked;
