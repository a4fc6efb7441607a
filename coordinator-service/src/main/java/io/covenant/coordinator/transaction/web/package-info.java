/// The HTTP API to run a transaction and to ask what became of it.
@NullMarked
package io.covenant.coordinator.transaction.web;

import org.jspecify.annotations.NullMarked;
