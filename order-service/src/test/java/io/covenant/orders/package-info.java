@NullMarked
package io.covenant.orders;

import org.jspecify.annotations.NullMarked;
