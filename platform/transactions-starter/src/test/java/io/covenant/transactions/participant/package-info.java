@NullMarked
package io.covenant.transactions.participant;

import org.jspecify.annotations.NullMarked;
