@NullMarked
package io.covenant.simulation.history;

import org.jspecify.annotations.NullMarked;
