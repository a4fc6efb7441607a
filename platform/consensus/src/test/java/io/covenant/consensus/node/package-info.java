@NullMarked
package io.covenant.consensus.node;

import org.jspecify.annotations.NullMarked;
