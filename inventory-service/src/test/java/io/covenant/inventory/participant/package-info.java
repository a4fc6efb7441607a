@NullMarked
package io.covenant.inventory.participant;

import org.jspecify.annotations.NullMarked;
