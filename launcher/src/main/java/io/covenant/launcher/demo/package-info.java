/// A small shop to play with: its first articles and customers, and one order to look at closely.
@NullMarked
package io.covenant.launcher.demo;

import org.jspecify.annotations.NullMarked;
