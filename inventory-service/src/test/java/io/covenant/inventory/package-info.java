@NullMarked
package io.covenant.inventory;

import org.jspecify.annotations.NullMarked;
