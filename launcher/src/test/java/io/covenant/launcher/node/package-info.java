@NullMarked
package io.covenant.launcher.node;

import org.jspecify.annotations.NullMarked;
