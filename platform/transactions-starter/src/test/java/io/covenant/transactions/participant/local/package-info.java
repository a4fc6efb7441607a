@NullMarked
package io.covenant.transactions.participant.local;

import org.jspecify.annotations.NullMarked;
