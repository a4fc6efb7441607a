@NullMarked
package io.covenant.launcher.client;

import org.jspecify.annotations.NullMarked;
