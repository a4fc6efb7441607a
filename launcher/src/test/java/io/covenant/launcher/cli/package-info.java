@NullMarked
package io.covenant.launcher.cli;

import org.jspecify.annotations.NullMarked;
