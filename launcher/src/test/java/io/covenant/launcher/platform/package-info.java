@NullMarked
package io.covenant.launcher.platform;

import org.jspecify.annotations.NullMarked;
