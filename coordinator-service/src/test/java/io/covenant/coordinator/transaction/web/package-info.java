@NullMarked
package io.covenant.coordinator.transaction.web;

import org.jspecify.annotations.NullMarked;
