@NullMarked
package io.covenant.transactions.initiator;

import org.jspecify.annotations.NullMarked;
