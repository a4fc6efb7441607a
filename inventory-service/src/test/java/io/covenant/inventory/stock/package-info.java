@NullMarked
package io.covenant.inventory.stock;

import org.jspecify.annotations.NullMarked;
