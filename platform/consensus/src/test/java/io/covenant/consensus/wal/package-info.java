@NullMarked
package io.covenant.consensus.wal;

import org.jspecify.annotations.NullMarked;
