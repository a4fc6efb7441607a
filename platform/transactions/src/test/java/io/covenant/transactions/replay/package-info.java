/// Timelines, good and bad, against the protocols.
@NullMarked
package io.covenant.transactions.replay;

import org.jspecify.annotations.NullMarked;
