@NullMarked
package io.covenant.launcher.demo;

import org.jspecify.annotations.NullMarked;
