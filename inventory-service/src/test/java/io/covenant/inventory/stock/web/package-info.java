@NullMarked
package io.covenant.inventory.stock.web;

import org.jspecify.annotations.NullMarked;
