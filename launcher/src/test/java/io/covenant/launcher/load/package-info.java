@NullMarked
package io.covenant.launcher.load;

import org.jspecify.annotations.NullMarked;
