/// What people type: `./covenant` and its commands.
@NullMarked
package io.covenant.launcher.cli;

import org.jspecify.annotations.NullMarked;
