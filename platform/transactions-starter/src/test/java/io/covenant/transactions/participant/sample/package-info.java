/// A service with JPA, Flyway and branches, as a team would write it.
@NullMarked
package io.covenant.transactions.participant.sample;

import org.jspecify.annotations.NullMarked;
