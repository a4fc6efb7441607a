/// How the coordinator's database is reached.
@NullMarked
package io.covenant.coordinator.database;

import org.jspecify.annotations.NullMarked;
