@NullMarked
package io.covenant.launcher.identity;

import org.jspecify.annotations.NullMarked;
