@NullMarked
package io.covenant.testing;

import org.jspecify.annotations.NullMarked;
